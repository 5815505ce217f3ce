import type { Digest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader, ReferrerReader, Repository, TransferOptions } from "./content-store.ts";
import { addTransfers, copyGraph, type CopyOptions, NOTHING_TRANSFERRED, type TransferSummary } from "./copy.ts";
import type { Descriptor } from "./descriptor.ts";
import { MAX_GRAPH_DEPTH } from "./graph.ts";
import { isIndexType } from "./media-types.ts";
import { parseImageIndex } from "./parse-manifest.ts";
import { readContent } from "./read-content.ts";
import { referrerOf } from "./referrers.ts";

export interface CopiedReferrers {
  /** How many there are, new or not. */
  readonly count: number;
  readonly transfer: TransferSummary;
}

/** What may have referrers: a manifest, or an index and its manifests. */
export async function subjectsOf(
  reader: ContentReader,
  root: Descriptor,
  options: TransferOptions = {},
): Promise<readonly Descriptor[]> {
  if (!isIndexType(root.mediaType)) return [root];
  const source = { mediaType: root.mediaType, what: `the index \`${root.digest}\`` };
  return [root, ...parseImageIndex(await readContent(reader, root, options), source).manifests];
}

/**
 * Copies what is attached to the subjects, what is attached to that, and so on, and attaches it at the destination, which holds the subjects.
 * @throws {VoxError} OCI_INVALID when a list names what is not attached to its subject, and what `copyGraph` throws
 */
export async function copyReferrers(
  from: ContentReader & ReferrerReader,
  to: Repository,
  subjects: readonly Descriptor[],
  options: CopyOptions = {},
): Promise<CopiedReferrers> {
  const seen = new Set<Digest>(subjects.map(({ digest }) => digest));
  let transfer = NOTHING_TRANSFERRED;
  let count = 0;
  let level = subjects;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_GRAPH_DEPTH)
      throw new VoxError("OCI_INVALID", `more than ${MAX_GRAPH_DEPTH} referrers lead to one another`);
    const next: Descriptor[] = [];
    const missing: Descriptor[] = [];
    for (const subject of level) {
      const copied = await copyAttached(from, to, subject, options);
      transfer = addTransfers(transfer, copied.transfer);
      count += copied.referrers.length;
      missing.push(...copied.missing);
      next.push(...copied.referrers.filter(({ digest }) => !seen.has(digest)));
      for (const { digest } of copied.referrers) seen.add(digest);
    }
    if (missing.length > 0) await to.attach(missing, signalOf(options));
    level = next;
  }
  return { count, transfer };
}

interface CopiedLevel {
  readonly referrers: readonly Descriptor[];
  /** Those that the destination does not list yet. */
  readonly missing: readonly Descriptor[];
  readonly transfer: TransferSummary;
}

async function copyAttached(
  from: ContentReader & ReferrerReader,
  to: Repository,
  subject: Descriptor,
  options: CopyOptions,
): Promise<CopiedLevel> {
  const asking = signalOf(options);
  const referrers = await from.referrers(subject.digest, asking);
  if (referrers.length === 0) return { referrers, missing: [], transfer: NOTHING_TRANSFERRED };
  const there = new Set((await to.referrers(subject.digest, asking)).map(({ digest }) => digest));
  let transfer = NOTHING_TRANSFERRED;
  for (const entry of referrers) {
    await refuseOtherSubject(from, entry, subject, asking);
    transfer = addTransfers(transfer, await copyGraph(from, to, plain(entry), options));
  }
  return { referrers, missing: referrers.filter(({ digest }) => !there.has(digest)).map(plain), transfer };
}

const signalOf = ({ signal }: CopyOptions): TransferOptions => (signal ? { signal } : {});

async function refuseOtherSubject(
  from: ContentReader,
  entry: Descriptor,
  subject: Descriptor,
  options: TransferOptions,
): Promise<void> {
  const referrer = referrerOf(entry, await readContent(from, plain(entry), options));
  if (referrer?.subject === subject.digest) return;
  throw new VoxError("OCI_INVALID", `\`${entry.digest}\` is listed as attached to \`${subject.digest}\`, and is not`);
}

const plain = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });
