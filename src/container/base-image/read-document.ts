import { collectBytes } from "../../core/byte-stream.ts";
import { type Digest, digestOf } from "../../core/digest.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { inlinedContent } from "../../oci/parse-descriptor.ts";
import { MAX_MANIFEST_BYTES } from "../../oci/parse-manifest.ts";
import type { DocumentCache } from "./base-image.ts";

/** All bytes of a manifest or config, from the descriptor's own `data` when they are inlined. */
export async function readDocument(
  reader: ContentReader,
  descriptor: Descriptor,
  options: TransferOptions = {},
): Promise<Uint8Array> {
  const limit = { maxBytes: MAX_MANIFEST_BYTES, what: `\`${descriptor.digest}\`` };
  return inlinedContent(descriptor) ?? collectBytes(reader.fetch(descriptor, options), limit);
}

/** From the cache when it holds the document whole, else by `load`, which is then kept. */
export async function cachedDocument(
  cache: DocumentCache | undefined,
  digest: Digest,
  load: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const kept = await cache?.read(digest);
  if (kept && digestOf(kept) === digest) return kept;
  const bytes = await load();
  await cache?.write(bytes);
  return bytes;
}
