import { counted } from "../core/counted.ts";
import type { Digest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type ImageReference, parseImageReference } from "../oci/reference.ts";

/** What a layout's `index.json` lists, with what it is attached to. */
export interface LayoutEntry {
  readonly descriptor: Descriptor;
  readonly tag?: string;
  /** Of a referrer. */
  readonly subject?: Digest;
}

export interface PlannedImage {
  readonly root: Descriptor;
  /** What it is to be called in the repository; without any it is there by its digest. */
  readonly tags: readonly string[];
}

/** Which images of a layout go where. */
export interface PushWish {
  /** As it was named, for people. */
  readonly layout: string;
  /** The image's tag in the layout; absent means whatever `to` lets choose. */
  readonly from?: string;
  readonly to: ImageReference;
}

/**
 * The reference that a push goes to. Unlike elsewhere, no tag means none: images keep the tags that they have.
 * @throws {VoxError} REFERENCE_INVALID
 */
export function parsePushTarget(text: string): ImageReference {
  const { tag, ...reference } = parseImageReference(text);
  const written = tag !== undefined && (tag !== "latest" || /:latest(?:@|$)/.test(text));
  return written ? { ...reference, tag } : reference;
}

/** Older signatures are tagged, with the digest of what they sign, and are no images. */
const isAttachmentTag = (tag: string | undefined): boolean => tag?.startsWith("sha256-") ?? false;

/** Tagged entries that say of one of the subjects that they belong to it. */
export function attachmentsOf(entries: readonly LayoutEntry[], subjects: readonly Digest[]): readonly PlannedImage[] {
  const prefixes = subjects.map((digest) => digest.replace(":", "-"));
  return entries.flatMap(({ descriptor, tag }) =>
    tag !== undefined && prefixes.some((prefix) => tag.startsWith(prefix)) ? [{ root: descriptor, tags: [tag] }] : [],
  );
}

/**
 * The images to push, each once, with their tags: the one that is named by digest or tag, the only one, or all under the tags they have.
 * @throws {VoxError} OCI_INVALID for a layout without images, CONTENT_MISSING for one without that image, USAGE when it has several
 */
export function planPush(entries: readonly LayoutEntry[], wish: PushWish): readonly PlannedImage[] {
  const images = imagesOf(entries);
  if (images.length === 0) throw new VoxError("OCI_INVALID", `the layout \`${wish.layout}\` lists no image`);
  const { tag, digest } = wish.to;
  const named = images.filter(
    ({ root, tags }) =>
      (digest === undefined || root.digest === digest) && (wish.from === undefined || tags.includes(wish.from)),
  );
  if (named.length === 0) {
    const what = wish.from === undefined ? digest : `${wish.from}\` as \`${digest ?? wish.from}`;
    throw new VoxError("CONTENT_MISSING", `the layout \`${wish.layout}\` has no image \`${what}\``);
  }
  if (tag === undefined) return wish.from === undefined ? named : named.map(({ root }) => ({ root, tags: [wish.from ?? ""] }));
  const [image, ...others] = named.length > 1 ? named.filter(({ tags }) => tags.includes(tag)) : named;
  if (image && others.length === 0) return [{ root: image.root, tags: [tag] }];
  const [first] = images.flatMap(({ tags }) => tags);
  throw new VoxError(
    "USAGE",
    `the layout \`${wish.layout}\` has ${counted(images.length, "image")}, and none is called \`${tag}\``,
    {
      hint: `name one, as in \`oci-layout:${wish.layout}:${first ?? "TAG"}\`, or leave the tag out to push all`,
    },
  );
}

function imagesOf(entries: readonly LayoutEntry[]): readonly PlannedImage[] {
  const images = new Map<Digest, { readonly root: Descriptor; readonly tags: string[] }>();
  for (const { descriptor, tag, subject } of entries) {
    if (subject !== undefined || isAttachmentTag(tag)) continue;
    const image = images.get(descriptor.digest) ?? { root: descriptor, tags: [] };
    images.set(descriptor.digest, image);
    if (tag !== undefined) image.tags.push(tag);
  }
  return [...images.values()];
}
