import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ByteStream } from "../core/byte-stream.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import type { OutputPorts } from "../ops/ports.ts";

/** Writes results beside their place and renames them into it, so that a reader sees the old one or the new one. */
export const fsOutput: OutputPorts = {
  replaceLayout: (dir, fill) => writing(dir, () => replaceLayout(dir, fill)),
  writeFile: (path, content) => writing(path, () => writeFileBeside(path, content)),
};

export const makeFolder = (dir: string): Promise<void> =>
  writing(dir, async () => void (await mkdir(dir, { recursive: true })));

async function replaceLayout<T>(dir: string, fill: (layout: Repository) => Promise<T>): Promise<T> {
  const old = await contentsOf(dir);
  refuseForeign(dir, old);
  const fresh = besidePath(dir);
  try {
    const result = await fill(new FsLayoutStore(fresh));
    if (old === undefined) await rename(fresh, dir);
    else await swap(dir, fresh);
    return result;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function swap(dir: string, fresh: string): Promise<void> {
  const retired = besidePath(dir);
  await rename(dir, retired);
  try {
    await rename(fresh, dir);
  } catch (error) {
    await rename(retired, dir);
    throw error;
  }
  await rm(retired, { recursive: true, force: true });
}

/** An empty folder or an image layout may be replaced; anything else is somebody's. */
function refuseForeign(dir: string, names: readonly string[] | undefined): void {
  if (names === undefined || names.length === 0 || names.includes("oci-layout")) return;
  throw new VoxError("CANNOT_WRITE", `\`${dir}\` holds files that are no image layout`, {
    hint: "name another folder with `--out DIR`",
  });
}

async function writeFileBeside(path: string, content: ByteStream): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = besidePath(path);
  try {
    const handle = await open(fresh, "wx", 0o644);
    try {
      for await (const chunk of content) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The folder's names; `undefined` when it is not there. */
async function contentsOf(dir: string): Promise<readonly string[] | undefined> {
  await mkdir(dirname(dir), { recursive: true });
  try {
    return await readdir(dir);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

const besidePath = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID()}.vox`);

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (isVoxError(cause) || !(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written`, { cause });
  }
}
