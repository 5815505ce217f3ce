import { VoxError } from "../errors/vox-error.ts";
import { type Digest, Digester } from "./digest.ts";

/** Bytes as they come; read once. */
export type ByteStream = AsyncIterable<Uint8Array>;

export async function* streamOf(...chunks: readonly Uint8Array[]): ByteStream {
  yield* chunks;
}

export interface CollectLimit {
  readonly maxBytes: number;
  /** What is read, for the error: "the manifest of `a`". */
  readonly what: string;
}

/**
 * All bytes of a stream that is known to be small.
 * @throws {VoxError} CONTENT_TOO_LARGE
 */
export async function collectBytes(stream: ByteStream, limit: CollectLimit): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limit.maxBytes)
      throw new VoxError("CONTENT_TOO_LARGE", `${limit.what} is larger than ${limit.maxBytes} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, sizeBytes);
}

export interface ExpectedContent {
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Passes a stream on and fails at its end, or as soon as it grows too long, unless it is what was expected.
 * @throws {VoxError} CONTENT_MISMATCH
 */
export async function* verifying(stream: ByteStream, expected: ExpectedContent): ByteStream {
  const digester = new Digester();
  for await (const chunk of stream) {
    digester.update(chunk);
    if (digester.sizeBytes > expected.size) break;
    yield chunk;
  }
  if (digester.sizeBytes !== expected.size) {
    throw new VoxError("CONTENT_MISMATCH", `content of \`${expected.digest}\` is not ${expected.size} bytes long`);
  }
  const actual = digester.digest();
  if (actual !== expected.digest) {
    throw new VoxError("CONTENT_MISMATCH", `content of \`${expected.digest}\` hashes to \`${actual}\``);
  }
}
