import { type PackageName, packageNameKey } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { findPackage, type FoundPackage } from "../pm/git/find-package.ts";
import { gitRequirements, type NeighbourAsk } from "../pm/git/git-requirements.ts";
import type { GitSession } from "../pm/git/git-session.ts";
import { formatCommit, gitAskKey, type GitCommit } from "../pm/git/git-sources.ts";
import { DEPENDABLE_KINDS } from "../pm/manifest/manifest.ts";
import type { Requirement, RequirementSource } from "../pm/manifest/requirement.ts";
import type { Workspace } from "../pm/manifest/workspace.ts";
import type { LocalPackage } from "../pm/resolver/request.ts";
import { decideSources, isSourceConflict } from "../pm/resolver/sources.ts";

/** A package that a git requirement leads to. */
export interface GitPackage {
  readonly at: GitCommit;
  readonly found: FoundPackage;
  readonly local: LocalPackage;
}

/** A wish for a package, and whose it is. */
interface GitAsk {
  readonly requirement: Requirement;
  readonly by: string;
}

export interface GitSearch {
  readonly workspace: Workspace;
  /** Members and folders. */
  readonly locals: readonly LocalPackage[];
  /** Commits to keep, by `gitAskKey`. */
  readonly kept: ReadonlyMap<string, string>;
}

/**
 * Every package that git requirements reach, whoever asks; a name that a patch or a member decides comes from where they say.
 * Optional ones are among them: a lock covers every choice of features.
 * @throws {VoxError} SOURCE_CONFLICT, GIT_PACKAGE_UNKNOWN, DEPENDENCY_KIND, DEPENDENCY_UNSUPPORTED and what `GitSources` throws
 */
export async function loadGitPackages(search: GitSearch, session: GitSession): Promise<readonly GitPackage[]> {
  const { workspace, locals, kept } = search;
  const decided = decideSources({ locals, patches: workspace.patches });
  // The resolver tells that conflict with all who take part in it.
  if (isSourceConflict(decided)) return [];
  const loaded = new Map<string, GitPackage & { readonly by: string }>();
  const queue = [...locals.flatMap(asksOf), ...workspace.patches.map(({ requirement }) => ({ requirement, by: "[patch]" }))];
  for (let ask = queue.shift(); ask !== undefined; ask = queue.shift()) {
    const key = packageNameKey(ask.requirement.name);
    const source = decided.get(key) ?? ask.requirement.source;
    if (source.kind !== "git") continue;
    const at = { url: source.url, commit: await commitFor(source, kept, session) };
    const known = loaded.get(key);
    if (known) refuseOther(known, at, ask);
    else {
      const found = await loadPackage(at, ask.requirement, session);
      loaded.set(key, { ...found, by: ask.by });
      queue.push(...asksOf(found.local));
    }
  }
  return [...loaded.values()];
}

const asksOf = ({ name, requirements, isMember }: LocalPackage): GitAsk[] =>
  requirements.filter(({ scope }) => isMember || scope !== "dev").map((requirement) => ({ requirement, by: name }));

async function commitFor(
  { url, ref }: Extract<RequirementSource, { readonly kind: "git" }>,
  kept: GitSearch["kept"],
  session: GitSession,
): Promise<string> {
  return kept.get(gitAskKey(url, ref)) ?? session.commitOf(url, ref);
}

async function loadPackage(at: GitCommit, asked: Requirement, session: GitSession): Promise<GitPackage> {
  const tree = await session.tree(at);
  const found = await findPackage(tree, asked.name, at);
  refuseKind(found, asked, at);
  const { requirements, neighbours } = gitRequirements(found, at);
  for (const neighbour of neighbours) await proveNeighbour(neighbour, at, session);
  const { name, version, kind } = found.manifest.package;
  const source = { kind: "git", ...at } as const;
  return {
    at,
    found,
    local: { name, version, kind, requirements, features: found.manifest.features, source, isMember: false },
  };
}

function refuseKind({ manifest }: FoundPackage, { name, scope }: Requirement, at: GitCommit): void {
  const { kind, platforms } = manifest.package;
  const from = `\`${name}\` of \`${formatCommit(at)}\``;
  if (!DEPENDABLE_KINDS.has(kind))
    throw new VoxError("DEPENDENCY_KIND", `${from} is of kind \`${kind}\``, { hint: "remove the dependency" });
  if (scope === "skill" && kind !== "skill")
    throw new VoxError("DEPENDENCY_KIND", `${from} is of kind \`${kind}\` and no skill`, {
      hint: "move it to `[dependencies]`",
    });
  if (platforms.length > 0)
    throw new VoxError("DEPENDENCY_UNSUPPORTED", `${from} has \`platforms\`, and a lock names one archive of a git package`, {
      hint: `depend on a published version of \`${name}\``,
    });
}

/** The lock says only the name: a path must lead to the folder that the name leads to. */
async function proveNeighbour({ requirement, folder }: NeighbourAsk, at: GitCommit, session: GitSession): Promise<void> {
  const found = await findPackage(await session.tree(at), requirement.name, at);
  if (found.folder === folder) return;
  throw new VoxError(
    "GIT_PACKAGE_UNKNOWN",
    `\`${formatCommit(at)}\` asks for \`${requirement.name}\` in \`${folder}\`, and it is in \`${found.folder}\``,
    { hint: "ask its owner to correct the path" },
  );
}

function refuseOther(known: GitPackage & { readonly by: string }, at: GitCommit, ask: GitAsk): void {
  if (formatCommit(known.at) === formatCommit(at)) return;
  const name: PackageName = ask.requirement.name;
  throw new VoxError(
    "SOURCE_CONFLICT",
    `\`${name}\` comes from \`${formatCommit(known.at)}\` for \`${known.by}\` and from \`${formatCommit(at)}\` for \`${ask.by}\``,
    { hint: `depend on \`${name}\` in Vox.toml, or add \`[patch.${name}]\`, to say which one is meant` },
  );
}
