import { collectBytes } from "../core/byte-stream.ts";
import type { ContentReader, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { inlinedContent } from "./parse-descriptor.ts";
import { MAX_MANIFEST_BYTES } from "./parse-manifest.ts";

export interface ReadOptions extends TransferOptions {
  /** 4 MiB unless said. */
  readonly maxBytes?: number;
}

/**
 * All bytes of a document: from the descriptor's own `data`, proved, when it carries them, else from the reader.
 * @throws {VoxError} CONTENT_MISSING, CONTENT_MISMATCH, CONTENT_TOO_LARGE
 */
export async function readContent(
  reader: ContentReader,
  descriptor: Descriptor,
  options: ReadOptions = {},
): Promise<Uint8Array> {
  const inlined = inlinedContent(descriptor);
  if (inlined) return inlined;
  const { maxBytes = MAX_MANIFEST_BYTES, ...transfer } = options;
  return collectBytes(reader.fetch(descriptor, transfer), { maxBytes, what: `\`${descriptor.digest}\`` });
}
