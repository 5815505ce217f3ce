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
  const root = await repository.resolve(tag, options);
  if (!root) return [];
  if (!isIndexType(root.mediaType))
    throw new VoxError("OCI_INVALID", `what stands at the tag \`${tag}\` is not a list of referrers`);
  const bytes = await readContent(repository, root, options);
  return parseImageIndex(bytes, { mediaType: root.mediaType, what: `the list of referrers \`${root.digest}\`` }).manifests;
}

/**
 * Adds referrers to the index at the fallback tag. No registry swaps a tag on a condition, so whoever writes last could undo what others
 * wrote: each referrer is tagged by itself first, and the index is written until it holds all that are tagged so. Whoever writes last looks
 * again after that, and sees the tag of everyone it could have undone (ADR 006).
 * @throws {VoxError} PUBLISH_RACE, OCI_INVALID, CONTENT_MISSING
 */
export async function attachByTag(
  repository: TaggedReferrers,
  subject: Digest,
  entries: readonly Descriptor[],
  options: TransferOptions = {},
): Promise<void> {
  for (const entry of entries) {
    const bytes = await readContent(repository, entry, options);
    await repository.putTagged(entry, bytes, referrerTag(subject, entry.digest), options);
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const tags = (await repository.tags(options)).filter((tag) => isReferrerTagOf(subject, tag));
    const listed = await referrersByTag(repository, subject, options);
    const known = new Map([...listed, ...entries].map((entry) => [referrerTag(subject, entry.digest), entry]));
    const unknown = tags.filter((tag) => !known.has(tag));
    const found = await Promise.all(unknown.map((tag) => taggedReferrer(repository, subject, tag, options)));
    const wanted = listedReferrers([...listed, ...entries, ...found.flat()]);
    if (wanted.length === new Set(listed.map(({ digest }) => digest)).size) return;
    await writeList(repository, subject, wanted, options);
  }
  throw new VoxError("PUBLISH_RACE", `others kept attaching to \`${subject}\` at the same moment`, {
    hint: "run the command again",
  });
}

/** What a tag of one referrer names, as the list has it; nothing when it is not what the tag says. */
async function taggedReferrer(
  repository: TaggedReferrers,
  subject: Digest,
  tag: string,
  options: TransferOptions,
): Promise<readonly Descriptor[]> {
  const root = await repository.resolve(tag, options);
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
