import type { IndexEntry } from "../../../contracts/index-entry.ts";
import { streamOf } from "../../../core/byte-stream.ts";
import { mapConcurrent } from "../../../core/concurrency.ts";
import type { PackageName } from "../../../core/package-name.ts";
import { isVoxError, VoxError } from "../../../errors/vox-error.ts";
import type { Repository, TransferOptions } from "../../../oci/content-store.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import type { OciDocument } from "../package-artifact.ts";
import { EMPTY_DOCUMENT } from "../yank.ts";
import { INDEX_TAG, indexManifest, shardDocument, type ShardDescriptors } from "./index-artifact.ts";
import { RegistryIndex } from "./registry-index.ts";
import { formatShard, type Shard, SHARD_DIGITS, shardOf } from "./shards.ts";

/** How often an update begins anew because someone else's came between. */
const MAX_ATTEMPTS = 6;

/** Names whose versions are read at one time. */
const NAMES_AT_ONCE = 4;

/** All versions of a name as they are now; `known` is what the index says of it. */
export type EntriesNow = (name: PackageName, known: readonly IndexEntry[]) => Promise<readonly IndexEntry[]>;

/**
 * Makes the index say this of some names, and leaves what it says of others: read, merge, write, read again (contracts, §5 "Scale").
 * A registry has no compare-and-swap for tags, so the tag is looked at right before it is set and after.
 * @throws {VoxError} PUBLISH_RACE when others kept coming between, and what the repository throws
 */
export async function updateIndex(
  repository: Repository,
  names: readonly PackageName[],
  entriesNow: EntriesNow,
  options: TransferOptions = {},
): Promise<void> {
  const digits = [...new Set(names.map(shardOf))];
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = await repository.resolve(INDEX_TAG, options);
    const index = before && (await openForUpdate(repository, options));
    const merged = new Map<string, OciDocument>();
    for (const digit of digits) merged.set(digit, await mergedShard(await index?.shard(digit), digit, names, entriesNow));
    const documents = [...merged.values(), ...(index ? [] : [shardDocument(formatShard([]))])];
    if (await publishIndex(repository, { before, shards: withShards(index, merged), documents }, options)) return;
  }
  throw new VoxError("PUBLISH_RACE", "others kept changing the index at the same moment", { hint: "run `vox pm index`" });
}

async function mergedShard(
  shard: Shard | undefined,
  digit: string,
  names: readonly PackageName[],
  entriesNow: EntriesNow,
): Promise<OciDocument> {
  const changed = new Set<string>(names.filter((name) => shardOf(name) === digit));
  const others = (shard?.names ?? []).filter((other) => !changed.has(other)).flatMap((other) => shard?.entries(other) ?? []);
  const own = await mapConcurrent(
    names.filter((name) => changed.has(name)),
    NAMES_AT_ONCE,
    (name) => entriesNow(name, shard?.entries(name) ?? []),
  );
  return shardDocument(formatShard([...others, ...own.flat()]));
}

/**
 * Writes an index that says exactly this, in place of any other.
 * @throws {VoxError} what the repository throws
 */
export async function replaceIndex(
  repository: Repository,
  entries: readonly IndexEntry[],
  options: TransferOptions = {},
): Promise<Descriptor> {
  const byDigit = new Map<string, IndexEntry[]>(SHARD_DIGITS.map((digit) => [digit, []]));
  for (const entry of entries) byDigit.get(shardOf(entry.name))?.push(entry);
  const documents = [...byDigit].map(([digit, list]) => [digit, shardDocument(formatShard(list))] as const);
  const shards = new Map(documents.map(([digit, { descriptor }]) => [digit, descriptor]));
  const manifest = await pushIndex(
    repository,
    shards,
    documents.map(([, document]) => document),
    options,
  );
  await repository.tag(manifest, INDEX_TAG, options);
  return manifest;
}

interface IndexChange {
  /** What the tag named when the index was read; absent where there was none. */
  readonly before: Descriptor | undefined;
  readonly shards: ShardDescriptors;
  readonly documents: readonly OciDocument[];
}

/** Whether the index is now what was written; if not, someone else's was there first or came after. */
async function publishIndex(repository: Repository, change: IndexChange, options: TransferOptions): Promise<boolean> {
  const manifest = await pushIndex(repository, change.shards, change.documents, options);
  const now = await repository.resolve(INDEX_TAG, options);
  if (now?.digest !== change.before?.digest) return false;
  if (now?.digest !== manifest.digest) await repository.tag(manifest, INDEX_TAG, options);
  return (await repository.resolve(INDEX_TAG, options))?.digest === manifest.digest;
}

async function pushIndex(
  repository: Repository,
  shards: ShardDescriptors,
  documents: readonly OciDocument[],
  options: TransferOptions,
): Promise<Descriptor> {
  const manifest = indexManifest(shards);
  const unique = new Map([EMPTY_DOCUMENT, ...documents, manifest].map((document) => [document.descriptor.digest, document]));
  for (const { descriptor, bytes } of unique.values()) {
    if (!(await repository.exists(descriptor, options))) await repository.push(descriptor, streamOf(bytes), options);
  }
  return manifest.descriptor;
}

function withShards(index: RegistryIndex | undefined, merged: ReadonlyMap<string, OciDocument>): ShardDescriptors {
  const empty = shardDocument(formatShard([])).descriptor;
  return new Map(SHARD_DIGITS.map((digit) => [digit, merged.get(digit)?.descriptor ?? index?.shards.get(digit) ?? empty]));
}

const UNUSABLE: ReadonlySet<string> = new Set(["OCI_INVALID", "CONTENT_MISMATCH", "CONTENT_MISSING", "CONTENT_TOO_LARGE"]);

/** An index that cannot be read is written anew: it is a hint, and what is lost is looked up by tags. */
async function openForUpdate(repository: Repository, options: TransferOptions): Promise<RegistryIndex | undefined> {
  try {
    return await RegistryIndex.open(repository, options);
  } catch (error) {
    if (!isVoxError(error) || !UNUSABLE.has(error.code)) throw error;
    return undefined;
  }
}
