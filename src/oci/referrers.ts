import { canonicalJsonBytes } from "../core/canonical-json.ts";
import { type Digest, hexOf, shortHexOf } from "../core/digest.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "./descriptor.ts";
import { MEDIA_TYPE } from "./media-types.ts";
import { descriptorOf } from "./parse-descriptor.ts";
import { isImageIndex, parseManifestOrIndex } from "./parse-manifest.ts";

/** A manifest that was attached to another. */
export interface Referrer {
  readonly subject: Digest;
  /** How lists name it: with its `artifactType` and annotations. */
  readonly entry: Descriptor;
}

/**
 * What a manifest is attached to, and how it is listed there; `undefined` when it has no subject (distribution-spec, "Listing Referrers").
 * @throws {VoxError} OCI_INVALID, CONTENT_TOO_LARGE, CONTENT_MISMATCH
 */
export function referrerOf({ mediaType, digest, size }: Descriptor, bytes: Uint8Array): Referrer | undefined {
  const document = parseManifestOrIndex(bytes, { mediaType, digest, size });
  if (!document.subject) return undefined;
  const artifactType = document.artifactType ?? (isImageIndex(document) ? undefined : document.config.mediaType);
  const { annotations } = document;
  const entry = { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) };
  return { subject: document.subject.digest, entry };
}

/** @throws {VoxError} OCI_INVALID for a manifest without a subject */
export function requireReferrer(descriptor: Descriptor, bytes: Uint8Array): Referrer {
  const referrer = referrerOf(descriptor, bytes);
  if (referrer) return referrer;
  throw new VoxError("OCI_INVALID", `the manifest \`${descriptor.digest}\` has no subject that it could be attached to`);
}

/** By digest, each once, of the type that is asked for. */
export function listedReferrers(entries: Iterable<Descriptor>, artifactType?: string): readonly Descriptor[] {
  const unique = new Map([...entries].map((entry) => [entry.digest, entry]));
  const wanted = [...unique.values()].filter((entry) => artifactType === undefined || entry.artifactType === artifactType);
  return sortedByUtf8(wanted, ({ digest }) => digest);
}

/** Entries by the subject that they are attached to. */
export function bySubject(referrers: readonly Referrer[]): ReadonlyMap<Digest, readonly Descriptor[]> {
  const groups = new Map<Digest, Descriptor[]>();
  for (const { subject, entry } of referrers) {
    const group = groups.get(subject);
    if (group) group.push(entry);
    else groups.set(subject, [entry]);
  }
  return groups;
}

/** Where the list stands in a registry without the API (distribution-spec, "Referrers Tag Schema"). */
export const referrersTag = (subject: Digest): string => `sha256-${hexOf(subject)}`;

/** A tag of one referrer, by which those who attach at the same moment find each other. */
export const referrerTag = (subject: Digest, referrer: Digest): string => `${referrersTag(subject)}.${shortHexOf(referrer)}`;

export const isReferrerTagOf = (subject: Digest, tag: string): boolean =>
  tag.startsWith(`${referrersTag(subject)}.`) && /^[0-9a-f]{12}$/.test(tag.slice(referrersTag(subject).length + 1));

/** The list as an index. */
export function referrersIndex(entries: readonly Descriptor[]): {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
} {
  const manifests = listedReferrers(entries).map((entry) => ({ ...entry, platform: entry.platform && { ...entry.platform } }));
  const bytes = canonicalJsonBytes({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests });
  return { bytes, descriptor: descriptorOf(bytes, MEDIA_TYPE.imageIndex) };
}
