import { posix } from "node:path";
import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import { type PackageName, packageNameKey } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { findWorkspace, manifestFile } from "../manifest/find-workspace.ts";
import { isPackageManifest, type PackageManifest } from "../manifest/manifest.ts";
import { memberFolders } from "../manifest/member-folders.ts";
import { parseManifest } from "../manifest/parse-manifest.ts";
import { inheritedTablesFor } from "../manifest/path-packages.ts";
import { normalFolder } from "../manifest/relative-folder.ts";
import { formatCommit, type GitCommit } from "./git-sources.ts";
import type { RepositoryTree } from "./repository-tree.ts";

/** A package in a repository. */
export interface FoundPackage {
  /** Relative to the repository's top, which is `.`. */
  readonly folder: string;
  readonly manifest: PackageManifest;
}

/**
 * The package of a repository that bears a name, wherever its folder is: what vox.lock knows of it is the name alone.
 * Of several the one at the top counts, else the one that is a member of the top's workspace.
 * @throws {VoxError} GIT_PACKAGE_UNKNOWN, and what its manifest is refused for
 */
export async function findPackage(tree: RepositoryTree, name: PackageName, at: GitCommit): Promise<FoundPackage> {
  const candidates = await mentioning(tree, name);
  const found: FoundPackage[] = [];
  const faults: unknown[] = [];
  for (const folder of candidates) {
    try {
      const manifest = await packageIn(tree, folder);
      if (manifest && packageNameKey(manifest.package.name) === packageNameKey(name)) found.push({ folder, manifest });
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (found.length === 0 && faults.length > 0) throw inRepository(faults[0], name, at);
  const [first, second] = found.length > 1 ? await preferred(tree, found) : found;
  if (first && !second) return first;
  throw new VoxError("GIT_PACKAGE_UNKNOWN", `${notOne(name, first, second)} of \`${formatCommit(at)}\``, {
    hint: first ? "ask its owner to rename one of the two" : `check the name of \`${name}\` in Vox.toml`,
  });
}

const notOne = (name: PackageName, first?: FoundPackage, second?: FoundPackage): string =>
  first && second
    ? `\`${name}\` is the name of both \`${manifestFile(first.folder)}\` and \`${manifestFile(second.folder)}\``
    : `no package is called \`${name}\` in any folder`;

/** Folders whose manifest may be the one: it is not worth parsing the others. */
async function mentioning(tree: RepositoryTree, name: PackageName): Promise<readonly string[]> {
  const pattern = new RegExp(`\\bname\\b["']?\\s*=\\s*["']${name.replaceAll(/[-_]/g, "[-_]")}["']`);
  const folders = [...tree.foldersWith(MANIFEST_FILE)].sort();
  const texts = await Promise.all(folders.map((folder) => tree.readText(manifestFile(folder)).catch(() => undefined)));
  return folders.filter((_, index) => pattern.test(texts[index] ?? ""));
}

async function packageIn(tree: RepositoryTree, folder: string): Promise<PackageManifest | undefined> {
  const text = (await tree.readText(manifestFile(folder))) ?? "";
  const workspace = await inheritedTablesFor(tree, folder);
  const { manifest } = parseManifest(text, { file: manifestFile(folder), ...(workspace ? { workspace } : {}) });
  return isPackageManifest(manifest) ? manifest : undefined;
}

async function preferred(tree: RepositoryTree, found: readonly FoundPackage[]): Promise<readonly FoundPackage[]> {
  const top = found.filter(({ folder }) => folder === ".");
  if (top.length > 0) return top;
  const members = new Set(await workspaceFolders(tree, "."));
  const inside = found.filter(({ folder }) => members.has(folder));
  return inside.length > 0 ? inside : found;
}

/**
 * Folders in which other packages of the repository live, as far as a package knows of them: their files are theirs.
 * @throws {VoxError} WORKSPACE_INVALID, MANIFEST_INVALID
 */
export async function neighbourFolders(tree: RepositoryTree, { folder, manifest }: FoundPackage): Promise<readonly string[]> {
  const targets = manifest.requirements.flatMap(({ source }) =>
    source.kind === "path" ? [normalFolder(posix.join(folder, source.path))] : [],
  );
  const all = new Set([...(await workspaceFolders(tree, folder)), ...targets]);
  return [...all].filter((other) => other !== folder && isBelow(folder, other)).map((other) => posix.relative(folder, other));
}

const isBelow = (folder: string, other: string): boolean => folder === "." || other.startsWith(`${folder}/`);

async function workspaceFolders(tree: RepositoryTree, from: string): Promise<readonly string[]> {
  if ((await tree.readText(manifestFile(from))) === undefined) return [];
  const { root } = await findWorkspace(tree, from);
  const { manifest } = parseManifest(root.text, { file: manifestFile(root.folder) });
  if (!manifest.workspace) return [];
  const members = await memberFolders(tree, root.folder, manifest.workspace);
  return [root.folder, ...members.map((path) => normalFolder(posix.join(root.folder, path)))];
}

function inRepository(fault: unknown, name: PackageName, at: GitCommit): unknown {
  if (!(fault instanceof VoxError)) return fault;
  return new VoxError(fault.code, `\`${name}\` of \`${formatCommit(at)}\` cannot be used: ${fault.message}`, {
    hint: "depend on another commit, or ask its owner to correct it",
    cause: fault,
  });
}
