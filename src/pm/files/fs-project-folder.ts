import { type Dirent, type Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import { readRegularFile } from "./fs-read-file.ts";
import type { FileFacts, FolderEntry, ProjectFolder } from "./project-folder.ts";

const SET_ID_BITS = 0o6000;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A project's folder on disk; links are never followed. */
export const openProjectFolder = (projectDir: string): ProjectFolder => ({
  list: (folder) => unreadable(folder || ".", () => listFolder(projectDir, folder)),
  inspect: (path) => unreadable(path, () => inspect(join(projectDir, path), path)),
  readRules: (path) => unreadable(path, () => readRules(join(projectDir, path), path)),
});

async function listFolder(projectDir: string, folder: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(join(projectDir, folder), { withFileTypes: true, encoding: "buffer" });
  return entries.map((entry) => ({ name: utf8Name(entry.name, folder), kind: kindOf(entry) }));
}

function utf8Name(name: Uint8Array, folder: string): string {
  try {
    return decoder.decode(name);
  } catch (cause) {
    const shown = Buffer.from(name)
      .toString("latin1")
      .replace(/[^\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
    throw new VoxError("ARCHIVE_PATH", `\`${folder === "" ? "" : `${folder}/`}${shown}\` is not UTF-8`, { cause });
  }
}

function kindOf(entry: Dirent<Buffer> | Stats): FolderEntry["kind"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}

async function inspect(file: string, path: string): Promise<FileFacts> {
  const stats = await lstat(file);
  switch (kindOf(stats)) {
    case "file":
      return {
        kind: "file",
        executable: (stats.mode & 0o111) !== 0,
        sizeBytes: stats.size,
        ...((stats.mode & SET_ID_BITS) !== 0 && { setId: true }),
      };
    case "symlink":
      return { kind: "symlink", target: utf8Name(await readlink(file, { encoding: "buffer" }), path) };
    default:
      return { kind: "other", what: nameOf(stats) };
  }
}

function nameOf(stats: Stats): string {
  if (stats.isSocket()) return "a socket";
  if (stats.isFIFO()) return "a fifo";
  return stats.isDirectory() ? "a directory now" : "a device";
}

async function readRules(file: string, path: string): Promise<string | undefined> {
  const bytes = await readRegularFile(file, path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  return bytes?.toString("utf8");
}

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

async function unreadable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof VoxError) throw cause;
    throw new VoxError("FILE_UNREADABLE", `\`${path}\` cannot be read`, { place: { file: path }, cause });
  }
}
