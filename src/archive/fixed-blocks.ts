import type { ByteStream } from "../core/byte-stream.ts";

/** What a compressor is given at a time in every layer that vox writes. */
export const LAYER_BLOCK_BYTES = 1024 * 1024;

/**
 * The content in pieces of exactly so many bytes, the last one shorter; one empty piece for no content.
 * @param used pieces that nobody looks at any more, to be filled again
 */
export async function* fixedBlocks(content: ByteStream, blockBytes: number, used: Uint8Array[] = []): ByteStream {
  const next = (): Uint8Array => used.pop() ?? Buffer.allocUnsafe(blockBytes);
  let block = next();
  let filled = 0;
  let yielded = false;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.byteLength;) {
      const part = chunk.subarray(at, at + blockBytes - filled);
      block.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled < blockBytes) continue;
      yield block;
      yielded = true;
      block = next();
      filled = 0;
    }
  }
  if (filled > 0 || !yielded) yield block.subarray(0, filled);
}
