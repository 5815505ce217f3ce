import type { DependencyTable, RawDependency } from "../../contracts/vox-toml-dependencies.ts";
import { parsePackageName } from "../../core/package-name.ts";
import { parseGitRef, parseGitUrl } from "./git-source.ts";
import { type ManifestSource, manifestError, parseAt } from "./manifest-fault.ts";
import { normalFolder } from "./relative-folder.ts";
import { type GitRef, normaliseRange, type Requirement, type RequirementSource, type VersionRange } from "./requirement.ts";

/** A requirement and, when it is a path with a version beside it, what publishing writes in the path's place. */
export interface ParsedRequirement {
  readonly requirement: Requirement;
  readonly publishedRange?: VersionRange;
}

type TablePath = readonly string[];

/**
 * One entry of a dependency table; `entry` no longer inherits.
 * @throws {VoxError} MANIFEST_INVALID, VERSION_INVALID
 */
export function parseRequirement(
  source: ManifestSource,
  table: TablePath,
  scope: Requirement["scope"],
  name: string,
  entry: RawDependency,
): ParsedRequirement {
  const path = [...table, name];
  const asked = typeof entry === "string" ? { version: entry } : entry;
  if (scope === "dev" && asked.optional === true)
    throw manifestError(source, [...path, "optional"], "cannot be set: a dev-dependency is never optional");
  const versionPath = typeof entry === "string" ? path : [...path, "version"];
  const range =
    asked.version === undefined ? undefined : parseAt(source, versionPath, () => normaliseRange(asked.version ?? ""));
  const requirement: Requirement = {
    name: parsePackageName(name),
    scope,
    source: parseSource(source, path, asked, range),
    features: [...new Set(asked.features ?? [])].sort(),
    defaultFeatures: asked["default-features"] ?? true,
    optional: asked.optional ?? false,
  };
  return range !== undefined && requirement.source.kind === "path" ? { requirement, publishedRange: range } : { requirement };
}

/** Exactly one of path, git and version says where the package comes from. */
export function parseSource(
  source: ManifestSource,
  path: TablePath,
  asked: DependencyTable,
  range: VersionRange | undefined,
): RequirementSource {
  refuseTogether(source, path, asked);
  if (asked.path !== undefined) return { kind: "path", path: parseRelativePath(source, [...path, "path"], asked.path) };
  if (asked.git !== undefined) return parseGit(source, path, asked, asked.git);
  if (range === undefined)
    throw manifestError(source, path, "does not say where the package comes from", "add `version`, `path` or `git`");
  return { kind: "registry", registry: asked.registry ?? "default", range };
}

const NEVER_TOGETHER: readonly (readonly [keyof DependencyTable, keyof DependencyTable])[] = [
  ["path", "git"],
  ["path", "registry"],
  ["git", "version"],
  ["git", "registry"],
  ["branch", "tag"],
  ["branch", "rev"],
  ["tag", "rev"],
];

const GIT_REF_KINDS = ["branch", "tag", "rev"] as const;

function refuseTogether(source: ManifestSource, path: TablePath, asked: DependencyTable): void {
  const pair = NEVER_TOGETHER.find(([left, right]) => asked[left] !== undefined && asked[right] !== undefined);
  if (pair) throw manifestError(source, path, `cannot have both \`${pair[0]}\` and \`${pair[1]}\``, `remove one of the two`);
  const stray = asked.git === undefined ? GIT_REF_KINDS.find((kind) => asked[kind] !== undefined) : undefined;
  if (stray) throw manifestError(source, path, `has \`${stray}\`, which needs \`git\``, `remove \`${stray}\`, or add \`git\``);
}

function parseGit(source: ManifestSource, path: TablePath, asked: DependencyTable, url: string): RequirementSource {
  const kind = GIT_REF_KINDS.find((candidate) => asked[candidate] !== undefined);
  const ref: GitRef =
    kind === undefined ? { kind: "default" } : parseAt(source, [...path, kind], () => parseGitRef(kind, asked[kind] ?? ""));
  return { kind: "git", url: parseAt(source, [...path, "git"], () => parseGitUrl(url)), ref };
}

/** A folder relative to the manifest, written in one way: `./shared/` is `shared`. */
function parseRelativePath(source: ManifestSource, path: TablePath, text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\\]/.test(text) || /^(?:\/|~|[A-Za-z]:)/.test(text)) {
    throw manifestError(
      source,
      path,
      `\`${text}\` is not a relative path with \`/\``,
      "write the folder relative to this Vox.toml",
    );
  }
  return normalFolder(text);
}
