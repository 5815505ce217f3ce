import type { CacheItem, CacheSurvey } from "./cache-items.ts";

/** The cache as a whole, for the commands that look after it. Those that read and write it need no lock and know nothing of this. */
export interface CacheKeeper {
  /** Absolute. */
  readonly dir: string;
  /** @throws {VoxError} FILE_UNREADABLE */
  survey(): Promise<CacheSurvey>;
  /**
   * Removes one thing, unless it was used since it was surveyed; tells whether it went.
   * @throws {VoxError} CANNOT_WRITE
   */
  remove(item: CacheItem): Promise<boolean>;
  /**
   * Removes all that vox keeps there, and nothing else.
   * @throws {VoxError} CANNOT_WRITE
   */
  clear(): Promise<void>;
  /**
   * Runs work while nobody else collects or clears.
   * @throws {VoxError} LOCK_HELD, CANNOT_WRITE
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}
