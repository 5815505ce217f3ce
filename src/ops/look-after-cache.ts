import { named } from "../core/named.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type CacheItem, type KindSummary, summariseItems, totalBytes } from "../pm/cas/cache-items.ts";
import type { CacheKeeper } from "../pm/cas/cache-keeper.ts";
import { type CollectionLimits, planCollection } from "../pm/cas/collection-plan.ts";

export interface CacheStatus {
  readonly sizeBytes: number;
  readonly kinds: readonly KindSummary[];
  /** Absolute folders that are linked into the cache. */
  readonly projects: readonly string[];
}

/** @throws {VoxError} FILE_UNREADABLE */
export async function cacheStatus(keeper: CacheKeeper): Promise<CacheStatus> {
  const { items, projects } = await keeper.survey();
  return { sizeBytes: totalBytes(items), kinds: summariseItems(items), projects: projects.map(({ projectDir }) => projectDir) };
}

export interface CollectionOptions extends CollectionLimits {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface CollectionResult {
  readonly removed: readonly CacheItem[];
  readonly kept: readonly CacheItem[];
}

/**
 * Removes what the limits say, one thing after another, so that what is interrupted is only not finished.
 * @throws {VoxError} FILE_UNREADABLE, CANNOT_WRITE, LOCK_HELD
 */
export async function collectCache(keeper: CacheKeeper, options: CollectionOptions): Promise<CollectionResult> {
  const plan = async () => planCollection((await keeper.survey()).items, options);
  if (options.dryRun) {
    const { remove, keep } = await plan();
    return { removed: remove, kept: keep };
  }
  return keeper.exclusively(async () => {
    const { remove, keep } = await plan();
    const removed: CacheItem[] = [];
    const kept = [...keep];
    for (const item of remove) {
      options.signal.throwIfAborted();
      ((await keeper.remove(item)) ? removed : kept).push(item);
    }
    return { removed, kept };
  });
}

export interface ClearResult {
  readonly removed: readonly CacheItem[];
  /** Absolute folders whose `.vox_modules` leads nowhere now. */
  readonly unlinked: readonly string[];
}

/** @throws {VoxError} CACHE_IN_USE, FILE_UNREADABLE, CANNOT_WRITE, LOCK_HELD */
export function clearCache(keeper: CacheKeeper, { yes }: { readonly yes: boolean }): Promise<ClearResult> {
  return keeper.exclusively(async () => {
    const { items, projects } = await keeper.survey();
    const unlinked = projects.map(({ projectDir }) => projectDir);
    if (unlinked.length > 0 && !yes)
      throw new VoxError("CACHE_IN_USE", `${projectsWithModules(unlinked)} in the cache \`${keeper.dir}\``);
    await keeper.clear();
    return { removed: items, unlinked };
  });
}

function projectsWithModules(projects: readonly string[]): string {
  return `${named(projects)} ${projects.length === 1 ? "has its" : "have their"} \`.vox_modules\``;
}
