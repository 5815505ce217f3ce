import semver from "semver";
import { relative } from "node:path";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import { parsePackageName, packageNameKey, type PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type DependencyTableName, type EntryChange, putDependency } from "../pm/manifest/edit-manifest.ts";
import { parseManifestTables } from "../pm/manifest/manifest-tables.ts";
import { relativeFolder } from "../pm/manifest/relative-folder.ts";
import { normaliseRange } from "../pm/manifest/requirement.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace-member.ts";
import { type EditedProject, type EditPorts, refuseHeldLock, writeEdited } from "./edit-manifest-file.ts";
import type { LockResult } from "./lock-project.ts";
import { chosenMember } from "./open-project.ts";
import { publishedVersions } from "./open-registry.ts";
import { DEFAULT_REGISTRY } from "./project-registries.ts";

/** What `vox add` asks. */
export interface AddRequest {
  readonly packages: readonly AddedName[];
  readonly table: DependencyTableName;
  readonly source: AddedSource;
  readonly features: readonly string[];
  readonly defaultFeatures: boolean;
  readonly optional: boolean;
}

export interface AddedName {
  readonly name: PackageName;
  /** As typed; absent asks the source for its highest version. */
  readonly range?: string;
}

export type AddedSource =
  | { readonly kind: "any" }
  | { readonly kind: "registry"; readonly registry: string }
  /** Absolute. */
  | { readonly kind: "path"; readonly dir: string }
  | {
      readonly kind: "git";
      readonly url: string;
      readonly ref?: { readonly kind: "branch" | "tag" | "rev"; readonly name: string };
    };

export interface AddResult extends LockResult {
  readonly added: readonly { readonly name: PackageName; readonly table: DependencyTableName; readonly change: EntryChange }[];
}

/** `NAME` or `NAME@RANGE`. @throws {VoxError} NAME_INVALID, VERSION_INVALID */
export function parseAddedName(word: string): AddedName {
  const at = word.indexOf("@");
  if (at < 0) return { name: parsePackageName(word) };
  const range = word.slice(at + 1).trim();
  normaliseRange(range);
  return { name: parsePackageName(word.slice(0, at)), range };
}

/**
 * Writes dependencies into the member's Vox.toml and locks them; when there is no solution nothing is written.
 * @throws {VoxError} PACKAGE_UNKNOWN, NO_SOLUTION, MANIFEST_INVALID, LOCK_STALE when the lock is held
 */
export async function addDependencies(edited: EditedProject, request: AddRequest, ports: EditPorts): Promise<AddResult> {
  const member = chosenMember(edited.project, edited.choice);
  await refuseHeldLock(edited, "add");
  const added: { name: PackageName; table: DependencyTableName; change: EntryChange }[] = [];
  for (const asked of request.packages) {
    const { name, change } = await changeFor(edited, member, asked, request, ports);
    added.push({ name, table: request.table, change });
  }
  const text = added.reduce((now, { table, name, change }) => putDependency(now, table, name, change), member.text);
  return { ...(await writeEdited(edited, member, text, ports)), added };
}

async function changeFor(
  edited: EditedProject,
  member: WorkspaceMember,
  asked: AddedName,
  request: AddRequest,
  ports: EditPorts,
): Promise<NamedChange> {
  const known = parseManifestTables(member.text).entry(request.table, asked.name);
  const wanted = [...new Set([...(known?.features ?? []), ...request.features])].sort();
  const { name, change } = await sourceChange(edited, { member, asked, request, isKnown: known !== undefined }, ports);
  const wishes = {
    ...(request.features.length > 0 ? { features: wanted } : {}),
    ...(request.defaultFeatures ? {} : { "default-features": false }),
    ...(request.optional ? { optional: true } : {}),
  };
  return { name, change: { ...change, ...wishes } };
}

/** What an entry is to say; its name as the registry writes it, where that was asked. */
interface NamedChange {
  readonly name: PackageName;
  readonly change: EntryChange;
}

interface SourceQuestion {
  readonly member: WorkspaceMember;
  readonly asked: AddedName;
  readonly request: AddRequest;
  /** Whether the table has the name already. */
  readonly isKnown: boolean;
}

/** All that says where a package comes from; what another source said is taken away. */
const NO_SOURCE = {
  version: undefined,
  path: undefined,
  git: undefined,
  branch: undefined,
  tag: undefined,
  rev: undefined,
  registry: undefined,
  workspace: undefined,
} as const satisfies EntryChange;

/** As in cargo: what is there keeps its source unless another is asked for, and the workspace's own are taken from it. */
async function sourceChange(
  { project, hold }: EditedProject,
  { member, asked: { name, range }, request: { source }, isKnown }: SourceQuestion,
  ports: EditPorts,
): Promise<NamedChange> {
  const named = (change: EntryChange): NamedChange => ({ name, change });
  if (source.kind === "path") {
    const folder = relative(project.rootDir, source.dir).replaceAll("\\", "/") || ".";
    return named({
      ...NO_SOURCE,
      path: relativeFolder(member.path, folder),
      ...(range === undefined ? {} : { version: range }),
    });
  }
  if (source.kind === "git")
    return named({ ...NO_SOURCE, git: source.url, ...(source.ref ? { [source.ref.kind]: source.ref.name } : {}) });
  if (range === undefined && source.kind === "any") {
    if (isKnown) return named({});
    const shared = sharedSource(project.workspace.members, member, name);
    if (shared) return named(shared);
    if (await isInherited(project, name)) return named({ workspace: true });
  }
  const registry = source.kind === "registry" ? source.registry : DEFAULT_REGISTRY;
  // A range alone leaves the entry's own registry.
  const keepsRegistry = source.kind === "any" && isKnown ? omitRegistry(NO_SOURCE) : NO_SOURCE;
  const found = range === undefined ? await highestVersion({ project, hold }, registry, name, ports) : { name, version: range };
  return {
    name: found.name,
    change: { ...keepsRegistry, version: found.version, ...(registry === DEFAULT_REGISTRY ? {} : { registry }) },
  };
}

const omitRegistry = ({ registry: _registry, ...others }: typeof NO_SOURCE): EntryChange => others;

/** Another member of the workspace is a path dependency. */
function sharedSource(members: readonly WorkspaceMember[], from: WorkspaceMember, name: PackageName): EntryChange | undefined {
  const other = members.find(
    (member) => member !== from && packageNameKey(member.manifest.package.name) === packageNameKey(name),
  );
  return other && { path: relativeFolder(from.path, other.path) };
}

async function isInherited(project: EditedProject["project"], name: PackageName): Promise<boolean> {
  const text = await project.files.readText(MANIFEST_FILE);
  return text !== undefined && parseManifestTables(text).isInWorkspace(name);
}

/** `^` and the highest version that may be chosen. @throws {VoxError} PACKAGE_UNKNOWN */
async function highestVersion(
  { project, hold }: Pick<EditedProject, "project" | "hold">,
  registry: string,
  asked: PackageName,
  ports: EditPorts,
): Promise<{ readonly name: PackageName; readonly version: string }> {
  const { name, versions: published } = await publishedVersions(project, { registry, name: asked }, hold, ports);
  const versions = published.filter(({ yanked, young }) => !yanked && !young).map(({ version }) => version);
  const highest = versions.findLast((version) => semver.prerelease(version) === null) ?? versions.at(-1);
  if (highest !== undefined) return { name, version: `^${highest.replace(/\+.*$/, "")}` };
  throw new VoxError(
    "PACKAGE_UNKNOWN",
    `registry \`${registry}\` has no ${published.length > 0 ? "version to choose of" : "package"} \`${name}\``,
    {
      hint:
        published.length > 0
          ? `name one that is yanked or too young exactly: \`vox add ${name}@=${published.at(-1)?.version ?? "VERSION"}\``
          : "check the name, or name the registry that has it with `--registry NAME`",
    },
  );
}
