import { type JsonValue, canonicalJson } from "../../core/canonical-json.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { isIndexType } from "../../oci/media-types.ts";
import { parseImageIndex } from "../../oci/parse-manifest.ts";
import { readContent } from "../../oci/read-content.ts";
import type { Image } from "../build/image.ts";

/**
 * Whether what a tag names is this image, platform by platform: the indexes may differ in facts of the commit, which is no reason to
 * deploy anything (contracts, §7).
 */
export async function isSameImage(
  image: Pick<Image, "root" | "reader">,
  other: Descriptor,
  reader: ContentReader,
  options: TransferOptions,
): Promise<boolean> {
  if (image.root.digest === other.digest) return true;
  if (!isIndexType(image.root.mediaType) || !isIndexType(other.mediaType)) return false;
  const ours = await platformsOf(image.root, image.reader, options);
  return ours === (await platformsOf(other, reader, options).catch(nothingThere));
}

async function platformsOf(root: Descriptor, reader: ContentReader, options: TransferOptions): Promise<string> {
  const { manifests } = parseImageIndex(await readContent(reader, root, options), {
    mediaType: root.mediaType,
    what: `the index \`${root.digest}\``,
  });
  const entries = manifests.map(({ digest, platform }): JsonValue => ({ digest, platform: { ...platform } }));
  return canonicalJson(entries);
}

/** A tag may name what is half gone, or what somebody else pushed: then there is all the more to do. */
function nothingThere(error: unknown): undefined {
  if (isVoxError(error, "CONTENT_MISSING") || isVoxError(error, "OCI_INVALID")) return undefined;
  throw error;
}
