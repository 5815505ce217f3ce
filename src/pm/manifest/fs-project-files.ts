import { randomBytes } from "node:crypto";
import { chmod, lstat, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { readRegularFile } from "../files/fs-read-file.ts";
import type { ProjectFiles, ProjectWriter } from "./project-files.ts";

/** The files below, and around, one absolute folder of the real file system. */
export class FsProjectFiles implements ProjectFiles, ProjectWriter {
  readonly #base: string;

  constructor(baseFolder: string) {
    this.#base = resolve(baseFolder);
  }

  async readText(path: string): Promise<string | undefined> {
    try {
      return decoder.decode(await readRegularFile(resolve(this.#base, path), path));
    } catch (cause) {
      if (isVoxError(cause)) throw cause;
      if (errnoOf(cause) === "ENOENT" || errnoOf(cause) === "ENOTDIR") return undefined;
      throw new VoxError("FILE_UNREADABLE", `\`${path}\` ${unreadableReason(cause)}`, { place: { file: path }, cause });
    }
  }

  async listFolders(path: string): Promise<readonly string[]> {
    try {
      const entries = await readdir(resolve(this.#base, path), { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    } catch (cause) {
      if (errnoOf(cause) === "ENOENT" || errnoOf(cause) === "ENOTDIR") return [];
      throw new VoxError("FILE_UNREADABLE", `\`${path}\` ${unreadableReason(cause)}`, { place: { file: path }, cause });
    }
  }

  async realFolder(path: string): Promise<string | undefined> {
    try {
      const real = await realpath(resolve(this.#base, path));
      return (await stat(real)).isDirectory() ? real : undefined;
    } catch (cause) {
      if (errnoOf(cause) === "ENOENT" || errnoOf(cause) === "ENOTDIR") return undefined;
      throw new VoxError("FILE_UNREADABLE", `\`${path}\` ${unreadableReason(cause)}`, { place: { file: path }, cause });
    }
  }

  async writeAtomic(path: string, text: string): Promise<void> {
    let beside: string | undefined;
    try {
      const target = await linkTarget(resolve(this.#base, path));
      beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
      await writeNew(beside, text, await modeOf(target));
      await rename(beside, target);
    } catch (cause) {
      if (beside !== undefined) await rm(beside, { force: true }).catch(() => undefined);
      throw new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written: ${writeReason(cause)}`, {
        place: { file: path },
        cause,
      });
    }
  }
}

/** The byte order mark stays in the text, so that an edited file keeps it. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function writeNew(path: string, text: string, mode: number | undefined): Promise<void> {
  const handle = await open(path, "wx", mode ?? 0o666);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (mode !== undefined) await chmod(path, mode);
}

/** A manifest that is a link is written through it, and stays a link. */
async function linkTarget(path: string): Promise<string> {
  const isLink = await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  return isLink ? realpath(path) : path;
}

const modeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    (found) => found.mode & 0o7777,
    () => undefined,
  );

function unreadableReason(cause: unknown): string {
  const errno = errnoOf(cause);
  if (errno === "EISDIR") return "is a folder, not a file";
  if (errno === "ELOOP") return "is a link that leads to itself";
  if (errno === "EACCES" || errno === "EPERM") return "may not be read by this user";
  return errno === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "is not UTF-8 text" : `cannot be read (${errno ?? "unknown"})`;
}

function writeReason(cause: unknown): string {
  switch (errnoOf(cause)) {
    case "EACCES":
    case "EPERM":
      return "this user may not write there";
    case "EROFS":
      return "the file system is read-only";
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full";
    case "ENOENT":
      return "its folder does not exist";
    default:
      return errnoOf(cause) ?? "the system refused";
  }
}

function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}
