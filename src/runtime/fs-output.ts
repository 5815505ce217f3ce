import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ByteStream } from "../core/byte-stream.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import type { FreshFolder, FreshLayout, FreshTree, OutputPorts } from "../ops/ports.ts";
import { systemClock } from "./system-clock.ts";

/** How often a place is fought for: each time somebody else took it in the moment between two renames. */
const MAX_ATTEMPTS = 100;
const ABANDONED_AFTER_MS = 60 * 60 * 1000;
const BESIDE = /\.[0-9a-f-]{36}\.vox$/;

/** Writes results beside their place and renames them into it, so that a reader sees the old one or the new one. */
export const fsOutput: OutputPorts = {
  replaceLayout: (dir, fill) => writing(dir, () => replaceLayout(dir, fill)),
  replaceFolder: (dir, mark, fill) => writing(dir, () => replaceWhole(dir, mark, (fresh) => fill(freshTree(fresh)))),
  writeFile: (path, content) => writing(path, () => writeFileBeside(path, content)),
};

export const makeFolder = (dir: string): Promise<void> =>
  writing(dir, async () => void (await mkdir(dir, { recursive: true })));

const replaceLayout = <T>(dir: string, fill: (layout: FreshLayout, folder: FreshFolder) => Promise<T>): Promise<T> =>
  replaceWhole(dir, "oci-layout", (fresh) =>
    fill(new FsLayoutStore(fresh), { addFile: (name, text) => writeFile(join(fresh, name), text, { flag: "wx" }) }),
  );

const freshTree = (fresh: string): FreshTree => ({
  addStream: async (path, content, { executable } = { executable: false }) => {
    await makeOpenFolder(fresh, dirname(path));
    await writeFile(join(fresh, path), content, { flag: "wx" });
    await chmod(join(fresh, path), executable ? 0o755 : 0o644);
  },
  addLink: async (path, target) => {
    await makeOpenFolder(fresh, dirname(path));
    await symlink(target, join(fresh, path));
  },
});

/** Of a folder that others read, an engine's builder with its copies too. */
async function makeOpenFolder(fresh: string, path: string): Promise<void> {
  if (path === ".") return void (await mkdir(fresh, { recursive: true }));
  await makeOpenFolder(fresh, dirname(path));
  if (await mkdir(join(fresh, path), { recursive: true })) await chmod(join(fresh, path), 0o755);
}

/** @param mark what a folder holds that vox wrote */
async function replaceWhole<T>(dir: string, mark: string, fill: (fresh: string) => Promise<T>): Promise<T> {
  refuseForeign(dir, await contentsOf(dir), mark);
  await removeAbandoned(dir);
  const fresh = besidePath(dir);
  try {
    const result = await fill(fresh);
    await putInPlace(fresh, dir);
    return result;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** A folder that holds something cannot be renamed over, and another process may be replacing it as well: whoever is last stays. */
async function putInPlace(fresh: string, dir: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(fresh, dir);
    } catch (error) {
      if (!hasCode(error, "ENOTEMPTY", "EEXIST") || attempt === MAX_ATTEMPTS) throw error;
    }
    const retired = besidePath(dir);
    await rename(dir, retired).catch((error: unknown) => {
      if (!hasCode(error, "ENOENT")) throw error;
    });
    await rm(retired, { recursive: true, force: true });
  }
}

/** What a process that was killed left beside the folder; what is young may be somebody's work. */
export async function removeAbandoned(dir: string): Promise<void> {
  const parent = dirname(dir);
  const oldest = systemClock.nowMs() - ABANDONED_AFTER_MS;
  const names = (await readdir(parent)).filter((name) => name.startsWith(`.${basename(dir)}.`) && BESIDE.test(name));
  for (const name of names) {
    const path = join(parent, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats && stats.mtimeMs < oldest) await rm(path, { recursive: true, force: true });
  }
}

/** An empty folder, or one that vox wrote, may be replaced; anything else is somebody's. */
function refuseForeign(dir: string, names: readonly string[] | undefined, mark: string): void {
  if (names === undefined || names.length === 0 || names.includes(mark)) return;
  const what = mark === "oci-layout" ? "are no image layout" : "vox did not write there";
  throw new VoxError("CANNOT_WRITE", `\`${dir}\` holds files that ${what}`, {
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
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** A name beside a path that nobody else uses. */
export const besidePath = (path: string): string => join(dirname(path), `.${basename(path)}.${randomUUID()}.vox`);

async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (isVoxError(cause) || !(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written`, { cause });
  }
}
