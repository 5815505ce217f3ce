import { randomUUID } from "node:crypto";
import { lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { withDirectoryLock } from "../../oci/fs-directory-lock.ts";
import { isSystemError, systemFailure } from "../../oci/fs-errors.ts";
import { USED_FILE } from "../materialize/fs-closure-store.ts";
import type { CacheItem, CacheSurvey } from "./cache-items.ts";
import type { CacheKeeper } from "./cache-keeper.ts";
import { surveyCache } from "./fs-cache-survey.ts";

const LOCK = ".gc-lock";
const FOLDERS = ["closures", "links", "layers", "metadata", "git", "code", "blobs"] as const;

/**
 * Removes by a rename first, so that nobody sees half of a closure or a repository, and a process that is killed leaves only
 * what the next one knows for a leftover.
 */
export class FsCacheKeeper implements CacheKeeper {
  readonly dir: string;

  constructor(cacheDir: string) {
    this.dir = cacheDir;
  }

  survey(): Promise<CacheSurvey> {
    return surveyCache(this.dir);
  }

  /**
   * A command marks what it finds before it uses it. Marked before the rename, the mark is seen here, and the thing is put back;
   * marked after it, the command finds nothing there, and makes or fetches it.
   */
  async remove(item: CacheItem): Promise<boolean> {
    if (await usedSince(item, item.path)) return false;
    const aside = this.#aside();
    if (!(await this.#renamed(item.path, aside))) return false;
    if (await usedSince(item, aside)) {
      await putBack(aside, item.path);
      return false;
    }
    await this.#discard(aside);
    return true;
  }

  async clear(): Promise<void> {
    const { items } = await this.survey();
    for (const name of FOLDERS) {
      const aside = this.#aside();
      if (await this.#renamed(join(this.dir, name), aside)) await this.#discard(aside);
    }
    for (const { kind, path } of items) if (kind === "leftovers") await this.#discard(path);
  }

  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await withDirectoryLock(this.dir, LOCK, () => work());
    } catch (error) {
      if (!isVoxError(error, "LOCK_HELD")) throw error;
      throw new VoxError("LOCK_HELD", `another process cleans the cache \`${this.dir}\``, { cause: error });
    }
  }

  #aside(): string {
    return join(this.dir, `.vox-${randomUUID()}.partial`);
  }

  /** False when there was nothing. */
  async #renamed(from: string, to: string): Promise<boolean> {
    try {
      await rename(from, to);
      return true;
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return false;
      throw systemFailure(error, "CANNOT_WRITE", `\`${from}\` cannot be removed`);
    }
  }

  async #discard(path: string): Promise<void> {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw systemFailure(error, "CANNOT_WRITE", `\`${path}\` cannot be removed`);
    }
  }
}

async function usedSince({ kind, lastUsedMs, hold }: CacheItem, path: string): Promise<boolean> {
  if (hold === "abandoned") return false;
  const mark = kind === "closures" ? join(path, USED_FILE) : path;
  const stats = await lstat(mark).catch(() => undefined);
  return stats !== undefined && stats.mtimeMs > lastUsedMs;
}

/** Whoever made the same thing meanwhile made it as good. */
async function putBack(aside: string, path: string): Promise<void> {
  const taken = await lstat(path).then(
    () => true,
    () => false,
  );
  if (!taken) await rename(aside, path).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}
