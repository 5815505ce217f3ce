import { USE_GRACE_MS } from "../../core/use-mark.ts";
import { type CacheHold, type CacheItem, totalBytes } from "./cache-items.ts";

export interface CollectionLimits {
  readonly nowMs: number;
  /** What was not used for so long goes. */
  readonly maxAgeMs: number;
  /** The cache is brought to this size, the least recently used first; absent for any size. */
  readonly maxBytes?: number;
}

export interface CollectionPlan {
  /** Closures first: what follows is needed less when they are gone. */
  readonly remove: readonly CacheItem[];
  readonly keep: readonly CacheItem[];
}

/**
 * What to remove. Nothing that was used within the grace period, which a running command may be using, and no closure that a
 * project is linked to. Blobs that can repair such a closure go last, and only for want of room.
 */
export function planCollection(items: readonly CacheItem[], limits: CollectionLimits): CollectionPlan {
  const removable = items.filter((item) => mayGo(item, limits.nowMs));
  const old = removable.filter((item) => isOld(item, limits));
  const over = overflow(items, new Set(old), limits.maxBytes);
  const forRoom = leastRecentFirst(removable.filter((item) => !isOld(item, limits)));
  const chosen = new Set([...old, ...takeBytes(forRoom, over)]);
  const remove = items.filter((item) => chosen.has(item));
  return {
    remove: [...remove.filter(({ kind }) => kind === "closures"), ...remove.filter(({ kind }) => kind !== "closures")],
    keep: items.filter((item) => !chosen.has(item)),
  };
}

const mayGo = ({ hold, lastUsedMs }: CacheItem, nowMs: number): boolean =>
  hold === "abandoned" || (hold !== "linked" && nowMs - lastUsedMs > USE_GRACE_MS);

const isOld = ({ kind, hold, lastUsedMs }: CacheItem, { nowMs, maxAgeMs }: CollectionLimits): boolean =>
  kind === "leftovers" || (hold === "free" && nowMs - lastUsedMs > maxAgeMs);

const overflow = (items: readonly CacheItem[], gone: ReadonlySet<CacheItem>, maxBytes: number | undefined): number =>
  maxBytes === undefined ? 0 : totalBytes(items.filter((item) => !gone.has(item))) - maxBytes;

const LAST: Readonly<Record<CacheHold, number>> = { abandoned: 0, free: 0, repairs: 1, linked: 2 };

const leastRecentFirst = (items: readonly CacheItem[]): readonly CacheItem[] =>
  items.toSorted((left, right) => LAST[left.hold] - LAST[right.hold] || left.lastUsedMs - right.lastUsedMs);

function takeBytes(items: readonly CacheItem[], wantedBytes: number): readonly CacheItem[] {
  let left = wantedBytes;
  return items.filter(({ sizeBytes }) => {
    if (left <= 0) return false;
    left -= sizeBytes;
    return true;
  });
}
