import { collectBytes } from "../../src/core/byte-stream.ts";
import type { ContentReader } from "../../src/oci/content-store.ts";
import type { MemoryStore } from "../../src/oci/memory-store.ts";

const PIECE_BYTES = 64 * 1024;

/** A store whose content comes in small pieces, as from a disk. */
export const piecemeal = (store: MemoryStore): ContentReader => ({
  exists: (descriptor) => store.exists(descriptor),
  async *fetch(descriptor, options) {
    const bytes = await collectBytes(store.fetch(descriptor, options), { maxBytes: descriptor.size, what: "content" });
    for (let offset = 0; offset < bytes.byteLength; offset += PIECE_BYTES) yield bytes.subarray(offset, offset + PIECE_BYTES);
  },
});
