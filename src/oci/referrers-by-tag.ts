import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { ContentReader, TagReader, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { isIndexType } from "./media-types.ts";
import { parseImageIndex } from "./parse-manifest.ts";
import { readContent } from "./read-content.ts";
import { isReferrerTagOf, listedReferrers, referrerOf, referrersIndex, referrersTag, referrerTag } from "./referrers.ts";

/** A repository whose registry lists no referrers: the list is an index at a tag, and clients keep it. */
export interface TaggedReferrers extends ContentReader, TagReader {
  /** Puts a manifest straight under a tag. */
  putTagged(descriptor: Descriptor, bytes: Uint8Array, tag: string, options: TransferOptions): Promise<void>;
}

/** Each round means that somebody else wrote in the moment between. */
const MAX_ROUNDS = 64;
const WRITES_AT_ONCE = 4;

/**
 * The referrers that the index at the fallback tag lists; none without it.
 * @throws {VoxError} OCI_INVALID when something else stands there
 */
export async function referrersByTag(
  repository: ContentReader & TagReader,
  subject: Digest,
  options: TransferOptions = {},
): Promise<readonly Descriptor[]> {
  const tag = referrersTag(subject);
  const root = await repository.resolve(tag, { ...options, toRead: true });
  if (!root) return [];
  if (!isIndexType(root.mediaType))
    throw new VoxError("OCI_INVALID", `what stands at the tag \`${tag}\` is not a list of referrers`);
  const bytes = await readContent(repository, root, options);
  return parseImageIndex(bytes, { mediaType: root.mediaType, what: `the list of referrers \`${root.digest}\`` }).manifests;
}

/** What is to be attached to one subject. */
export interface NewReferrers {
  readonly subject: Digest;
  readonly entries: readonly Descriptor[];
  /** Those that have their own tag already. */
  readonly tagged?: ReadonlySet<Digest>;
  /** No list was there a moment ago, so that it need not be read before it is written. */
  readonly unlisted?: boolean;
}

/**
 * Adds referrers to the indexes at the fallback tags. No registry swaps a tag on a condition, so whoever writes last could undo what others
 * wrote: each referrer is tagged by itself first, and an index is written until it holds all that are tagged so. Whoever writes last looks
 * at the tags after that, and sees the tag of everyone it could have undone (ADR 006). One look serves all subjects.
 * @throws {VoxError} PUBLISH_RACE, OCI_INVALID, CONTENT_MISSING
 */
export async function attachByTag(
  repository: TaggedReferrers,
  attached: readonly NewReferrers[],
  options: TransferOptions = {},
): Promise<void> {
  const untagged = attached.flatMap(({ subject, entries, tagged }) =>
    entries.filter(({ digest }) => !tagged?.has(digest)).map((entry) => ({ subject, entry })),
  );
  await mapConcurrent(untagged, WRITES_AT_ONCE, async ({ subject, entry }) => {
    const bytes = await readContent(repository, entry, options);
    await repository.putTagged(entry, bytes, referrerTag(subject, entry.digest), options);
  });
  const passed = new Set<string>();
  let pending = attached;
  for (let round = 0; pending.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw keptAttaching(pending);
    const held = await mapConcurrent(pending, WRITES_AT_ONCE, (group) => listEntries(repository, group, options));
    const tags = await repository.tags(options);
    const undone = await mapConcurrent(held, WRITES_AT_ONCE, async ({ subject, entries }) => ({
      subject,
      entries: await missedReferrers(repository, subject, { entries, tags, passed }, options),
    }));
    pending = undone.filter(({ entries }) => entries.length > 0);
  }
}

/** The list of one subject, written when it lacks an entry. */
async function listEntries(
  repository: TaggedReferrers,
  { subject, entries, unlisted = false }: NewReferrers,
  options: TransferOptions,
): Promise<NewReferrers> {
  const listed = unlisted ? [] : await referrersByTag(repository, subject, options);
  const wanted = listedReferrers([...listed, ...entries]);
  if (wanted.length > new Set(listed.map(({ digest }) => digest)).size) await writeList(repository, subject, wanted, options);
  return { subject, entries: wanted };
}

interface SeenTags {
  /** What the list holds. */
  readonly entries: readonly Descriptor[];
  readonly tags: readonly string[];
  /** Tags that turned out to be no referrer's. */
  readonly passed: Set<string>;
}

/** Referrers that have a tag of their own and are not in the list. */
async function missedReferrers(
  repository: TaggedReferrers,
  subject: Digest,
  { entries, tags, passed }: SeenTags,
  options: TransferOptions,
): Promise<readonly Descriptor[]> {
  const known = new Set(entries.map(({ digest }) => referrerTag(subject, digest)));
  const unknown = tags.filter((tag) => isReferrerTagOf(subject, tag) && !known.has(tag) && !passed.has(tag));
  const found = await mapConcurrent(unknown, WRITES_AT_ONCE, (tag) => taggedReferrer(repository, subject, tag, options));
  for (const [at, tag] of unknown.entries()) if (found[at]?.length === 0) passed.add(tag);
  return found.flat();
}

const keptAttaching = ([first]: readonly NewReferrers[]): VoxError =>
  new VoxError("PUBLISH_RACE", `others kept attaching to \`${first?.subject}\` at the same moment`, {
    hint: "run the command again",
  });

/** What a tag of one referrer names, as the list has it; nothing when it is not what the tag says. */
async function taggedReferrer(
  repository: TaggedReferrers,
  subject: Digest,
  tag: string,
  options: TransferOptions,
): Promise<readonly Descriptor[]> {
  const root = await repository.resolve(tag, { ...options, toRead: true });
  const referrer = root && referrerOf(root, await readContent(repository, root, options));
  return referrer?.subject === subject ? [referrer.entry] : [];
}

/** Registries take no index of what they lack, as when a referrer was deleted: such entries go. */
async function writeList(
  repository: TaggedReferrers,
  subject: Digest,
  entries: readonly Descriptor[],
  options: TransferOptions,
): Promise<void> {
  const write = (list: readonly Descriptor[]): Promise<void> => {
    const { descriptor, bytes } = referrersIndex(list);
    return repository.putTagged(descriptor, bytes, referrersTag(subject), options);
  };
  try {
    await write(entries);
  } catch (error) {
    if (!isVoxError(error, "CONTENT_MISSING")) throw error;
    const present = await Promise.all(entries.map((entry) => repository.exists(entry, options)));
    await write(entries.filter((_, index) => present[index]));
  }
}
