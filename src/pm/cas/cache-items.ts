/** What the cache holds, in the order in which it is told. */
export const CACHE_KINDS = ["blobs", "closures", "layers", "metadata", "git", "links", "code", "leftovers"] as const;
export type CacheKind = (typeof CACHE_KINDS)[number];

/**
 * `linked`: a project's `.vox_modules` leads here. `repairs`: the blob of a package in such a closure, from which alone it can be
 * repaired. `abandoned`: what a process left that is known to be gone. `free`: nobody is known to need it.
 */
export type CacheHold = "linked" | "repairs" | "abandoned" | "free";

/** One thing in the cache that is kept or removed as a whole. */
export interface CacheItem {
  readonly kind: CacheKind;
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** In milliseconds since 1970. */
  readonly lastUsedMs: number;
  readonly hold: CacheHold;
}

/** A project whose `.vox_modules` is one link into the cache. */
export interface LinkedProject {
  /** Absolute. */
  readonly projectDir: string;
  /** The closure that it leads to: a directory's name below `closures`. */
  readonly closure: string;
}

/** The whole cache as it was a moment ago. */
export interface CacheSurvey {
  readonly items: readonly CacheItem[];
  readonly projects: readonly LinkedProject[];
}

export interface KindSummary {
  readonly kind: CacheKind;
  readonly count: number;
  readonly sizeBytes: number;
  /** In milliseconds since 1970; absent when there is nothing. */
  readonly oldestUseMs?: number;
  readonly newestUseMs?: number;
}

/** Count, size, oldest and newest use of each kind. */
export const summariseItems = (items: readonly CacheItem[]): readonly KindSummary[] =>
  CACHE_KINDS.map((kind) => {
    const own = items.filter((item) => item.kind === kind);
    const uses = own.map(({ lastUsedMs }) => lastUsedMs).sort((left, right) => left - right);
    const [oldest] = uses;
    const newest = uses.at(-1);
    return {
      kind,
      count: own.length,
      sizeBytes: totalBytes(own),
      ...(oldest === undefined ? {} : { oldestUseMs: oldest }),
      ...(newest === undefined ? {} : { newestUseMs: newest }),
    };
  });

export const totalBytes = (items: readonly CacheItem[]): number => items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
