import { constants, crc32, deflateRaw } from "node:zlib";
import type { ByteStream } from "../core/byte-stream.ts";
import { fixedBlocks, LAYER_BLOCK_BYTES } from "./fixed-blocks.ts";

/** Magic, deflate, no flags, time 0, no level told, Unix (RFC 1952, 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
const DICTIONARY_BYTES = 32 * 1024;
const LEVEL = 6;

export interface GzipOptions {
  /** Blocks compressed at a time, in the threads of libuv; the bytes are the same for any. Default 4. */
  readonly concurrency?: number;
  /** Another block size gives other bytes: for the compressor's own proof. */
  readonly blockBytes?: number;
}

/**
 * One gzip member, the same bytes for the same content: blocks of 1 MiB, each deflated with the 32 KiB before it as
 * dictionary and flushed to a byte's edge, the last one finished (contracts, §7 "Compressor").
 */
export async function* gzipStream(content: ByteStream, options: GzipOptions = {}): ByteStream {
  const blockBytes = options.blockBytes ?? LAYER_BLOCK_BYTES;
  const used: Uint8Array[] = [];
  const blocks = withDictionary(fixedBlocks(content, blockBytes, used));
  let checksum = 0;
  let sizeBytes = 0;
  yield HEADER;
  const deflated = inOrder(blocks, options.concurrency ?? 4, async (block) => {
    checksum = crc32(block.bytes, checksum);
    sizeBytes += block.bytes.byteLength;
    const bytes = await deflateBlock(block);
    if (block.bytes.byteLength === blockBytes) used.push(block.bytes);
    return bytes;
  });
  yield* deflated;
  yield trailer(checksum, sizeBytes);
}

function trailer(checksum: number, sizeBytes: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(checksum, 0);
  bytes.writeUInt32LE(sizeBytes % 2 ** 32, 4);
  return bytes;
}

interface Block {
  readonly bytes: Uint8Array;
  readonly dictionary: Uint8Array;
  readonly last: boolean;
}

/** Looks one block ahead, since the last one is finished otherwise. */
async function* withDictionary(blocks: ByteStream): AsyncIterable<Block> {
  let dictionary: Uint8Array = new Uint8Array();
  let held: Uint8Array | undefined;
  for await (const bytes of blocks) {
    if (held) {
      yield { bytes: held, dictionary, last: false };
      // A copy, as the block may be filled again.
      dictionary = Uint8Array.from(held.subarray(Math.max(0, held.byteLength - DICTIONARY_BYTES)));
    }
    held = bytes;
  }
  yield { bytes: held ?? new Uint8Array(), dictionary, last: true };
}

/** The chunk size is the most that a block can grow to, so that each is one call to zlib. */
const deflateBlock = (block: Block): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const options = {
      level: LEVEL,
      chunkSize: block.bytes.byteLength + 4096,
      finishFlush: block.last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(block.dictionary.byteLength > 0 ? { dictionary: block.dictionary } : {}),
    };
    deflateRaw(block.bytes, options, (error, deflated) => (error ? reject(error) : resolve(deflated)));
  });

/** Works on up to `limit` items at a time and yields the results in the items' order. */
async function* inOrder<T>(items: AsyncIterable<T>, limit: number, work: (item: T) => Promise<Uint8Array>): ByteStream {
  const underWay: Promise<Uint8Array>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Heard of when its turn comes; until then a failure is not unhandled.
    result.catch(() => undefined);
    underWay.push(result);
    if (underWay.length >= limit) for (const next of underWay.splice(0, 1)) yield await next;
  }
  for (const next of underWay) yield await next;
}
