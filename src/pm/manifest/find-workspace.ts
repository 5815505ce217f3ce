import { posix } from "node:path";
import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import type { RawWorkspace } from "../../contracts/vox-toml.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { coversFolder, leavesRoot, matchesFolder, parseMemberPattern } from "./member-pattern.ts";
import { parseWorkspaceTable } from "./parse-manifest.ts";
import type { ProjectFiles } from "./project-files.ts";
import { normalFolder } from "./relative-folder.ts";

/** A manifest's text before it is parsed; `folder` is relative to the files' base. */
export interface FoundManifest {
  readonly folder: string;
  readonly text: string;
}

export interface FoundWorkspace {
  /** The folder that holds, or will hold, vox.lock. */
  readonly root: FoundManifest;
  /** The manifest nearest to where the search began; the root itself when one stands there. */
  readonly start: FoundManifest;
}

/**
 * The nearest Vox.toml at or above a folder, and the workspace above it that has it as a member, if any.
 * @throws {VoxError} MANIFEST_MISSING, MANIFEST_INVALID, MANIFEST_UNREADABLE
 */
export async function findWorkspace(files: ProjectFiles, from: string): Promise<FoundWorkspace> {
  const start = await nearestManifest(files, from);
  if (start === undefined)
    throw new VoxError("MANIFEST_MISSING", `there is no \`${MANIFEST_FILE}\` in \`${from}\` or above it`);
  return { start, root: (await rootOf(files, start)) ?? start };
}

/** @throws {VoxError} MANIFEST_UNREADABLE */
export async function readManifestText(files: ProjectFiles, folder: string): Promise<string | undefined> {
  const file = manifestFile(folder);
  try {
    return await files.readText(file);
  } catch (cause) {
    if (!isVoxError(cause, "FILE_UNREADABLE")) throw cause;
    throw new VoxError("MANIFEST_UNREADABLE", cause.message, { place: { file }, cause: cause.cause });
  }
}

export const manifestFile = (folder: string): string => posix.join(folder, MANIFEST_FILE);

async function nearestManifest(files: ProjectFiles, from: string): Promise<FoundManifest | undefined> {
  for await (const folder of upward(files, from)) {
    const text = await readManifestText(files, folder);
    if (text !== undefined) return { folder, text };
  }
  return undefined;
}

async function rootOf(files: ProjectFiles, start: FoundManifest): Promise<FoundManifest | undefined> {
  if (workspaceTable(start)) return start;
  for await (const folder of upward(files, posix.join(start.folder, ".."))) {
    const text = await readManifestText(files, folder);
    const table = text === undefined ? undefined : workspaceTable({ folder, text });
    if (text !== undefined && table && (await hasMember(files, folder, table, start.folder))) return { folder, text };
  }
  return undefined;
}

/** Only a text that says `workspace` can have that table: others are not parsed on the way up. */
const workspaceTable = ({ folder, text }: FoundManifest): RawWorkspace | undefined =>
  text.includes("workspace") ? parseWorkspaceTable(text, manifestFile(folder)) : undefined;

async function hasMember(files: ProjectFiles, root: string, table: RawWorkspace, folder: string): Promise<boolean> {
  const path = await pathBelow(files, root, folder);
  if (path === undefined) return false;
  const excluded = (table.exclude ?? []).map(parseMemberPattern).some((pattern) => coversFolder(pattern, path));
  return (
    !excluded &&
    (table.members ?? []).map(parseMemberPattern).some((pattern) => !leavesRoot(pattern) && matchesFolder(pattern, path))
  );
}

/** `folder` relative to `root`, both relative to the files' base; they may begin with `..`, so names come from the real folders. */
export async function pathBelow(files: ProjectFiles, root: string, folder: string): Promise<string | undefined> {
  const relative = posix.relative(root, folder);
  if (relative === "") return ".";
  if (!relative.startsWith("..") && !root.startsWith("..")) return relative;
  const [realRoot, realFolder] = [await files.realFolder(root), await files.realFolder(folder)];
  if (realRoot === undefined || realFolder === undefined) return undefined;
  const below = posix.relative(realRoot.replaceAll("\\", "/"), realFolder.replaceAll("\\", "/"));
  if (below === "") return ".";
  return below.startsWith("..") ? undefined : below;
}

/** A folder and those above it, up to the one that has none above. */
async function* upward(files: ProjectFiles, from: string): AsyncIterable<string> {
  let folder = normalFolder(from);
  let real = await files.realFolder(folder);
  for (;;) {
    yield folder;
    const parent = posix.join(folder, "..");
    const realParent = await files.realFolder(parent);
    if (realParent === undefined || realParent === real) return;
    [folder, real] = [parent, realParent];
  }
}
