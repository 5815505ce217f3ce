import { streamOf } from "../../core/byte-stream.ts";
import { mapConcurrent } from "../../core/concurrency.ts";
import { shortHexOf } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ManifestRemover, Repository, TaggedPusher, TransferOptions } from "../../oci/content-store.ts";
import { readContent } from "../../oci/read-content.ts";
import type { StoredRecord } from "./chain.ts";
import { type DeploymentRecord, formatRecord, parseRecord } from "./record.ts";
import { formatRecordTag, parseRecordTag, type RecordTag } from "./record-tag.ts";

/** A repository that keeps records: one of a registry, or a layout on this machine. */
export type HistoryRepository = Repository & Partial<TaggedPusher & ManifestRemover>;

/** Which deployments are read: so many of the last ones, and as far back as the last that succeeded, or those from a number on. */
export type HistoryWindow = ({ readonly keep: number } | { readonly since: number }) & {
  /** Records that need not be read again. */
  readonly known?: readonly StoredRecord[];
} & TransferOptions;

interface TaggedRecord extends RecordTag {
  readonly tag: string;
}

const READS_AT_ONCE = 4;

/** The environments that have records, by name. */
export async function recordedEnvironments(repository: Repository, options: TransferOptions): Promise<readonly string[]> {
  return [...new Set((await recordTags(repository, options)).map(({ environment }) => environment))].sort();
}

/**
 * The records of an environment's deployments, in no order that means anything.
 * @throws {VoxError} OCI_INVALID for a record that was tampered with or is of a newer vox, and what the repository throws
 */
export async function readHistory(
  repository: Repository,
  environment: string,
  { known = [], signal, ...window }: HistoryWindow,
): Promise<readonly StoredRecord[]> {
  const options = signal ? { signal } : {};
  const tags = (await recordTags(repository, options)).filter((tag) => tag.environment === environment);
  const newest = tags.reduce((most, { sequence }) => Math.max(most, sequence), 0);
  const since = "since" in window ? window.since : newest - window.keep + 1;
  const byTag = new Map(known.map((stored) => [formatRecordTag(environment, stored.record.sequence, stored.digest), stored]));
  const read = async (wanted: readonly TaggedRecord[]): Promise<readonly StoredRecord[]> =>
    (
      await mapConcurrent(wanted, READS_AT_ONCE, async (tag) => byTag.get(tag.tag) ?? readRecord(repository, tag, options))
    ).filter((record) => record !== undefined);
  const records = await read(tags.filter(({ sequence }) => sequence >= since));
  if ("since" in window) return records;
  const older = tags.filter(({ sequence }) => sequence < since);
  return [...records, ...(await readBack(older, records, read))];
}

/** What should run is known only from the last that succeeded, however many failed after it. */
async function readBack(
  older: readonly TaggedRecord[],
  records: readonly StoredRecord[],
  read: (tags: readonly TaggedRecord[]) => Promise<readonly StoredRecord[]>,
): Promise<readonly StoredRecord[]> {
  const found: StoredRecord[] = [];
  const isEnough = (): boolean => [...records, ...found].some(({ record }) => record.result === "succeeded");
  const sequences = [...new Set(older.map(({ sequence }) => sequence))].sort((left, right) => right - left);
  for (const sequence of sequences) {
    if (isEnough()) break;
    found.push(...(await read(older.filter((tag) => tag.sequence === sequence))));
  }
  return found;
}

/** Every so many deployments old records go: not each deployment should pay for it. */
const TIDY_EVERY = 10;

export interface Tidying {
  /** The deployment that was just recorded. */
  readonly sequence: number;
  readonly keep: number;
  /** What ran before, which one may want to go back to. */
  readonly before?: number | undefined;
}

/**
 * Takes out records of deployments that are older than those that are kept, as far as the store lets anybody: what only they listed, the
 * store's own retention may then take away (contracts, §7).
 * @returns how many
 * @throws {VoxError} what the repository throws
 */
export async function tidyHistory(
  repository: HistoryRepository,
  environment: string,
  { sequence: last, keep, before }: Tidying,
  options: TransferOptions,
): Promise<number> {
  if (!repository.removeManifest || last % TIDY_EVERY !== 0) return 0;
  const tags = (await recordTags(repository, options)).filter((tag) => tag.environment === environment);
  const old = tags.filter(({ sequence }) => sequence <= last - keep && sequence !== before);
  let removed = 0;
  for (const tag of old.sort((left, right) => left.sequence - right.sequence)) {
    // Read first: nothing but a record may go.
    const record = await readRecord(repository, tag, options);
    if (record === undefined) continue;
    if (!(await repository.removeManifest(record.digest, options))) break;
    removed += 1;
  }
  return removed;
}

/**
 * Adds a record. The image that it lists must be in the repository where that is a registry's.
 * @throws {VoxError} what the repository throws
 */
export async function appendRecord(
  repository: HistoryRepository,
  record: DeploymentRecord,
  options: TransferOptions,
): Promise<StoredRecord> {
  const { descriptor, bytes } = formatRecord(record);
  const tag = formatRecordTag(record.environment, record.sequence, descriptor.digest);
  if (repository.pushTagged) await repository.pushTagged(descriptor, bytes, tag, options);
  else {
    await repository.push(descriptor, streamOf(bytes), options);
    await repository.tag(descriptor, tag, options);
  }
  return { digest: descriptor.digest, record };
}

async function recordTags(repository: Repository, options: TransferOptions): Promise<readonly TaggedRecord[]> {
  return (await repository.tags(options)).flatMap((tag) => {
    const parsed = parseRecordTag(tag);
    return parsed ? [{ ...parsed, tag }] : [];
  });
}

/** `undefined` when it was removed since it was listed. */
async function readRecord(
  repository: Repository,
  { tag, environment, sequence, hex }: TaggedRecord,
  options: TransferOptions,
): Promise<StoredRecord | undefined> {
  const descriptor = await repository.resolve(tag, { ...options, toRead: true });
  if (descriptor === undefined) return undefined;
  const record = parseRecord(await readContent(repository, descriptor, options), `the deployment record \`${tag}\``);
  const honest = shortHexOf(descriptor.digest) === hex && record.environment === environment && record.sequence === sequence;
  if (honest) return { digest: descriptor.digest, record };
  throw new VoxError("OCI_INVALID", `the tag \`${tag}\` names another record than it says: somebody moved it`);
}
