import { mapConcurrent } from "../../core/concurrency.ts";
import type { EventSink } from "../../core/events.ts";
import type { PackageName } from "../../core/package-name.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { ContentReader } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { BlobCache } from "../cas/blob-cache.ts";
import type { FetchItem, FetchPlan } from "./fetch-plan.ts";

export interface FetchOptions {
  readonly cache: BlobCache;
  /** The repository of a package; asked for blobs by digest and nothing else, so that `--frozen` may use it. */
  readonly repositoryFor: (registry: string, name: PackageName) => ContentReader;
  /** What the project carries with it, asked before any registry. */
  readonly carried?: () => Promise<ContentReader | undefined>;
  /** Judges what has just come into the cache; what it throws at is thrown out again. */
  readonly prove?: (item: FetchItem) => Promise<void>;
  /** Whether only the cache may be asked. */
  readonly offline?: boolean;
  /** Blobs fetched at a time. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventSink;
}

export interface FetchResult {
  /** Blobs that were not in the cache. */
  readonly fetched: number;
  readonly bytes: number;
}

/**
 * Brings what the plan names into the cache; what is there already is not asked for (contracts, §3).
 * @throws {VoxError} CONTENT_MISSING, CONTENT_MISMATCH, OFFLINE_UNPROVABLE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function fetchBlobs(plan: FetchPlan, options: FetchOptions): Promise<FetchResult> {
  const present = await mapConcurrent(plan.items, 32, (item) => options.cache.exists(blobOf(item), transferOf(options)));
  const missing = plan.items.filter((_, index) => !present[index]);
  await mapConcurrent(missing, options.concurrency ?? 8, (item) => fetchBlob(item, options));
  return { fetched: missing.length, bytes: missing.reduce((sum, item) => sum + item.archive.size, 0) };
}

/**
 * Brings one blob into the cache, in place of what may be there.
 * @throws {VoxError} as `fetchBlobs`
 */
export async function fetchBlob(item: FetchItem, options: FetchOptions): Promise<void> {
  const blob = blobOf(item);
  const { reader, where } = await placeOf(item, options);
  try {
    await options.cache.push(blob, reader.fetch(blob, transferOf(options)), transferOf(options));
  } catch (error) {
    throw inContext(item, where, error);
  }
  await proveFetched(item, options);
  options.onEvent?.({ kind: "blob-fetched", digest: blob.digest, bytes: blob.size, what: `${item.name}@${item.version}` });
}

interface BlobPlace {
  readonly reader: ContentReader;
  /** For complaints. */
  readonly where: string;
}

async function placeOf(item: FetchItem, options: FetchOptions): Promise<BlobPlace> {
  const carried = await options.carried?.();
  if (carried && (await carried.exists(blobOf(item)))) return { reader: carried, where: "the project's vendored content" };
  if (options.offline) throw new VoxError("OFFLINE_UNPROVABLE", `${described(item)} is not in the cache`);
  return { reader: options.repositoryFor(item.registry, item.name), where: `registry \`${item.registry}\`` };
}

async function proveFetched(item: FetchItem, { prove, cache }: FetchOptions): Promise<void> {
  try {
    await prove?.(item);
  } catch (error) {
    await cache.evict(item.archive.digest);
    throw error;
  }
}

const blobOf = ({ archive }: FetchItem): Descriptor => ({
  mediaType: archive.mediaType,
  digest: archive.digest,
  size: archive.size,
});

const transferOf = (options: FetchOptions) => (options.signal ? { signal: options.signal } : {});

const described = (item: FetchItem): string =>
  `\`${item.archive.digest}\`, the archive of \`${item.name}@${item.version}\`${item.platform ? ` for \`${item.platform}\`` : ""},`;

function inContext(item: FetchItem, where: string, error: unknown): unknown {
  if (isVoxError(error, "CONTENT_MISSING")) {
    return new VoxError("CONTENT_MISSING", `${described(item)} is not in ${where}`, {
      hint: `check that \`${item.name}@${item.version}\` is still published, or run \`vox update ${item.name}\``,
      cause: error,
    });
  }
  if (isVoxError(error, "CONTENT_MISMATCH")) {
    return new VoxError("CONTENT_MISMATCH", `${described(item)} is other content in ${where}`, { cause: error });
  }
  return error;
}
