import { canonicalJsonBytes } from "../core/canonical-json.ts";
import type { Digest } from "../core/digest.ts";
import { compareUtf8 } from "../core/text-order.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ImageIndex } from "./image-manifest.ts";
import { ANNOTATION, isManifestType, MEDIA_TYPE } from "./media-types.ts";

/** `index.json` of an image layout as a value (image-spec, image-layout.md): tagged entries by tag, then the others by digest. */
export const EMPTY_LAYOUT_INDEX: ImageIndex = { schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests: [] };

export const tagOf = (entry: Descriptor): string | undefined => entry.annotations?.[ANNOTATION.refName];

/** The entry as content is named elsewhere: without the tag. */
export function untagged(entry: Descriptor): Descriptor {
  const { annotations, ...rest } = entry;
  const others = Object.entries(annotations ?? {}).filter(([key]) => key !== ANNOTATION.refName);
  return others.length > 0 ? { ...rest, annotations: Object.fromEntries(others) } : rest;
}

/** Points a tag at content: whatever bore the tag loses it, and an entry of the same content without a tag is replaced. */
export function withTag(index: ImageIndex, descriptor: Descriptor, tag: string): ImageIndex {
  const others = index.manifests.filter(
    (entry) => tagOf(entry) !== tag && (entry.digest !== descriptor.digest || tagOf(entry) !== undefined),
  );
  const annotations = { ...descriptor.annotations, [ANNOTATION.refName]: tag };
  return ordered(index, [...others, { ...descriptor, annotations }]);
}

/** Lists content that has no tag, such as a referrer; content that is listed stays as it is. */
export function withEntry(index: ImageIndex, descriptor: Descriptor): ImageIndex {
  if (index.manifests.some((entry) => entry.digest === descriptor.digest)) return index;
  return ordered(index, [...index.manifests, untagged(descriptor)]);
}

/** Lists content as it is described, whatever tags it may have besides: referrers are such entries (contracts, §7). */
export function withEntries(index: ImageIndex, entries: readonly Descriptor[]): ImageIndex {
  const digests = new Set(entries.map(({ digest }) => digest));
  const others = index.manifests.filter((entry) => !digests.has(entry.digest) || tagOf(entry) !== undefined);
  return ordered(index, [...others, ...entries.map(untagged)]);
}

/** Takes content out, whatever tags it has. */
export const withoutContent = (index: ImageIndex, digest: Digest): ImageIndex => ({
  ...index,
  manifests: index.manifests.filter((entry) => entry.digest !== digest),
});

/** Entries that may be referrers: manifests without a tag. */
export const untaggedManifests = ({ manifests }: ImageIndex): readonly Descriptor[] =>
  manifests.filter((entry) => tagOf(entry) === undefined && isManifestType(entry.mediaType));

export const formatLayoutIndex = ({ schemaVersion, mediaType, artifactType, manifests, annotations }: ImageIndex): Uint8Array =>
  canonicalJsonBytes({
    schemaVersion,
    mediaType,
    artifactType,
    manifests: manifests.map((entry) => ({ ...entry, platform: entry.platform && { ...entry.platform } })),
    annotations,
  });

const ordered = (index: ImageIndex, manifests: readonly Descriptor[]): ImageIndex => ({
  ...index,
  manifests: [...manifests].sort(compareEntries),
});

function compareEntries(left: Descriptor, right: Descriptor): number {
  const [a, b] = [tagOf(left), tagOf(right)];
  if (a !== undefined && b !== undefined) return compareUtf8(a, b);
  if (a !== undefined || b !== undefined) return a === undefined ? 1 : -1;
  return compareUtf8(left.digest, right.digest);
}
