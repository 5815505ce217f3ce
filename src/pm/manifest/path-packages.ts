import { posix } from "node:path";
import { packageNameKey } from "../../core/package-name.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { type ErrorCode } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { findWorkspace, manifestFile, pathBelow, readManifestText } from "./find-workspace.ts";
import type { InheritedTables } from "./inherit.ts";
import { DEPENDABLE_KINDS, isPackageManifest, type PackageManifest, type PatchEntry } from "./manifest.ts";
import { placeOf } from "./manifest-fault.ts";
import { parseManifest } from "./parse-manifest.ts";
import type { ProjectFiles } from "./project-files.ts";
import { normalFolder } from "./relative-folder.ts";
import type { Requirement } from "./requirement.ts";
import type { PathPackage, WorkspaceMember } from "./workspace-member.ts";

export interface PathPackageSearch {
  /** The workspace's folder, relative to the files' base. */
  readonly root: string;
  readonly rootText: string;
  readonly members: readonly WorkspaceMember[];
  readonly patches: readonly PatchEntry[];
}

/** A path requirement and where it is written. */
interface PathAsk {
  readonly requirement: Requirement;
  /** Relative to the workspace's root. */
  readonly target: string;
  readonly file: string;
  readonly text: string;
  readonly table: string;
}

/**
 * Every package that is no member and that path dependencies reach, by path; cycles are fine.
 * Dev-dependencies count for members only.
 * @throws {VoxError} MANIFEST_MISSING, MANIFEST_INVALID, MANIFEST_UNREADABLE, WORKSPACE_INVALID, DEPENDENCY_KIND
 */
export async function loadPathPackages(files: ProjectFiles, search: PathPackageSearch): Promise<PathPackage[]> {
  const known = new Map<string, PackageManifest>(search.members.map(({ path, manifest }) => [path, manifest]));
  const members = new Set(known.keys());
  const queue: PathAsk[] = [
    ...search.members.flatMap((member) => asksOf(search.root, member.path, member.manifest, member.text, true)),
    ...patchAsks(search),
  ];
  for (let ask = queue.shift(); ask !== undefined; ask = queue.shift()) {
    const before = known.get(ask.target);
    const { manifest, text } = before ? { manifest: before, text: "" } : await loadTarget(files, search, ask);
    checkTarget(ask, manifest, known);
    if (before) continue;
    known.set(ask.target, manifest);
    queue.push(...asksOf(search.root, ask.target, manifest, text, false));
  }
  const reached = [...known].filter(([path]) => !members.has(path)).map(([path, manifest]) => ({ path, manifest }));
  return sortedByUtf8(reached, ({ path }) => path);
}

const TABLES = { normal: "dependencies", dev: "dev-dependencies", skill: "skills" } as const satisfies Record<
  Requirement["scope"],
  string
>;

function asksOf(root: string, path: string, manifest: PackageManifest, text: string, withDev: boolean): PathAsk[] {
  const file = manifestFile(posix.join(root, path));
  return manifest.requirements
    .filter(({ scope }) => withDev || scope !== "dev")
    .flatMap((requirement) => askOf(requirement, path, { file, text, table: TABLES[requirement.scope] }));
}

const patchAsks = ({ root, rootText, patches }: PathPackageSearch): PathAsk[] =>
  patches.flatMap(({ requirement }) => askOf(requirement, ".", { file: manifestFile(root), text: rootText, table: "patch" }));

const askOf = (requirement: Requirement, from: string, where: Pick<PathAsk, "file" | "text" | "table">): PathAsk[] =>
  requirement.source.kind === "path"
    ? [{ requirement, target: normalFolder(posix.join(from, requirement.source.path)), ...where }]
    : [];

async function loadTarget(
  files: ProjectFiles,
  search: PathPackageSearch,
  ask: PathAsk,
): Promise<{ manifest: PackageManifest; text: string }> {
  const folder = posix.join(search.root, ask.target);
  const file = manifestFile(folder);
  const text = await readManifestText(files, folder);
  if (text === undefined) throw wrong(ask, "MANIFEST_MISSING", `, but there is no \`${file}\``, "correct the path");
  const workspace = await inheritedTablesFor(files, folder);
  const { manifest } = parseManifest(text, { file, ...(workspace ? { workspace } : {}) });
  if (!isPackageManifest(manifest))
    throw wrong(ask, "WORKSPACE_INVALID", `, but \`${file}\` has no \`[package]\``, "name the folder of one of its members");
  return { manifest, text };
}

/** What a package's folder inherits from the workspace that has it as a member, if any. */
export async function inheritedTablesFor(files: ProjectFiles, folder: string): Promise<InheritedTables | undefined> {
  const { root } = await findWorkspace(files, folder);
  const path = await pathBelow(files, root.folder, folder);
  if (path === undefined || path === ".") return undefined;
  const { inheritable } = parseManifest(root.text, { file: manifestFile(root.folder) });
  return inheritable && { ...inheritable, folder: path };
}

function checkTarget(ask: PathAsk, { package: target }: PackageManifest, known: ReadonlyMap<string, PackageManifest>): void {
  const { name, scope } = ask.requirement;
  const key = packageNameKey(name);
  if (packageNameKey(target.name) !== key)
    throw wrong(ask, "WORKSPACE_INVALID", `, which is called \`${target.name}\``, `call the dependency \`${target.name}\``);
  const other = [...known].find(([path, manifest]) => path !== ask.target && packageNameKey(manifest.package.name) === key);
  if (other) throw wrong(ask, "WORKSPACE_INVALID", `, but \`${other[0]}\` is called so too`, "point both at one folder");
  if (!DEPENDABLE_KINDS.has(target.kind))
    throw wrong(
      ask,
      "DEPENDENCY_KIND",
      `, which is of kind \`${target.kind}\``,
      `set \`kind = "library"\` there, or remove the dependency`,
    );
  if (scope === "skill" && target.kind !== "skill")
    throw wrong(ask, "DEPENDENCY_KIND", `, which is of kind \`${target.kind}\` and no skill`, "move it to `[dependencies]`");
}

const wrong = ({ requirement, target, file, text, table }: PathAsk, code: ErrorCode, but: string, hint: string): VoxError =>
  new VoxError(code, `\`${requirement.name}\` in \`${file}\` points at \`${target}\`${but}`, {
    place: placeOf({ file, text }, [table, requirement.name]),
    hint,
  });
