import { type ByteStream, streamOf } from "../core/byte-stream.ts";
import { type Digest, Digester, parseDigest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import { gzipStream } from "./gzip.ts";

const VECTOR_BYTES = 160 * 1024;
/** Smaller than in layers, so that a short vector has a first, a middle and a last block. */
const VECTOR_BLOCK_BYTES = 64 * 1024;

/** What official builds of Node 20 to 26 make of the vector. */
const PROVEN_DIGEST = parseDigest("sha256:5251bb8c3ce112ac0a906654412b596b8e83a3049bc207dd6161ca9afa00cac2");

/**
 * Shows that this zlib compresses as official Node does, so that a layer made here has the digest it has elsewhere (contracts, §7).
 * @throws {VoxError} COMPRESSOR_DIFFERS
 */
export async function proveCompressor(compress: (vector: ByteStream) => ByteStream = compressVector): Promise<void> {
  const digest = await digestOfStream(compress(streamOf(proofVector())));
  if (digest !== PROVEN_DIGEST)
    throw new VoxError("COMPRESSOR_DIFFERS", `this Node's zlib gives \`${digest}\`, not \`${PROVEN_DIGEST}\``);
}

const compressVector = (vector: ByteStream): ByteStream => gzipStream(vector, { blockBytes: VECTOR_BLOCK_BYTES });

/** Text of words that come back at many distances, between runs that do not compress. */
export function proofVector(): Uint8Array {
  const bytes = Buffer.alloc(VECTOR_BYTES);
  const next = randomBytes();
  const words = Array.from({ length: 256 }, () =>
    Buffer.from(Array.from({ length: 2 + (next() % 11) }, () => 97 + (next() % 26))),
  );
  for (let at = 0; at < VECTOR_BYTES;) {
    const noise = next() % 61 === 0;
    const piece = noise ? Buffer.from(Array.from({ length: 40 }, next)) : (words[(next() * next()) >> 8] ?? bytes);
    at += piece.copy(bytes, at);
    if (at < VECTOR_BYTES) bytes[at++] = 0x20;
  }
  return bytes;
}

/** Bytes of xorshift32 from a fixed seed. */
function randomBytes(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
}

async function digestOfStream(stream: ByteStream): Promise<Digest> {
  const digester = new Digester();
  for await (const chunk of stream) digester.update(chunk);
  return digester.digest();
}
