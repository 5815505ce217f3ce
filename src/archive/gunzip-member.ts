import { createInflateRaw, crc32, type InflateRaw } from "node:zlib";
import type { ByteStream } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import { BlockReader } from "./block-reader.ts";

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const OUTPUT_CHUNK_BYTES = 256 * 1024;
/** Magic, deflate, no flags (so no name), time 0; the last two bytes tell level and system and are free (RFC 1952, 2.3). */
const HEADER_START = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);

/**
 * The content of a gzip that is exactly one member with no name and time 0, and nothing after its trailer (contracts, §4).
 * Node's own gunzip reads several members as one and passes over what follows, so the member is taken apart here.
 * @throws {VoxError} ARCHIVE_INVALID
 */
export async function* gunzipMember(source: ByteStream): ByteStream {
  const reader = new BlockReader(source);
  try {
    await readHeader(reader);
    yield* inflateToTrailer(reader);
  } finally {
    await reader.close();
  }
}

async function readHeader(reader: BlockReader): Promise<void> {
  const header = Buffer.from(await reader.read(HEADER_BYTES));
  if (header.readUInt16BE() !== 0x1f8b) throw invalid("the archive is not gzip");
  if (!header.subarray(0, HEADER_START.byteLength).equals(HEADER_START))
    throw invalid("the gzip header has a name, a time or flags");
}

async function* inflateToTrailer(reader: BlockReader): ByteStream {
  const inflate = createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES });
  const fed = feed(inflate, reader);
  fed.catch((error: unknown) => inflate.destroy(error instanceof Error ? error : new Error(String(error))));
  let checksum = 0;
  let sizeBytes = 0;
  try {
    for await (const chunk of chunksOf(inflate)) {
      checksum = crc32(chunk, checksum);
      sizeBytes += chunk.byteLength;
      yield chunk;
    }
  } finally {
    inflate.destroy();
  }
  checkTrailer(await fed, checksum, sizeBytes);
}

async function* chunksOf(inflate: InflateRaw): ByteStream {
  try {
    for await (const chunk of inflate) if (chunk instanceof Uint8Array) yield chunk;
  } catch (cause) {
    if (isZlibError(cause)) throw invalid("the gzip content is damaged", cause);
    throw cause;
  }
}

const isZlibError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");

/** Writes the source to the inflater until that has its end; what it did not want is what follows the deflate stream. */
async function feed(inflate: InflateRaw, reader: BlockReader): Promise<Uint8Array> {
  let fedBytes = 0;
  for await (const chunk of rest(reader)) {
    if (!(await written(inflate, chunk))) break;
    fedBytes += chunk.byteLength;
    const unwanted = fedBytes - inflate.bytesWritten;
    if (unwanted > 0) return trailing(chunk.subarray(chunk.byteLength - unwanted), reader);
  }
  inflate.end();
  return new Uint8Array();
}

async function* rest(reader: BlockReader): ByteStream {
  while (!(await reader.atEnd())) yield reader.takeBuffered();
}

/** False when the inflater is gone: its reader stopped, or it failed and says so itself. */
const written = (inflate: InflateRaw, chunk: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    if (inflate.destroyed) return resolve(false);
    const gone = (): void => resolve(false);
    inflate.once("close", gone);
    inflate.write(chunk, (error) => {
      inflate.off("close", gone);
      resolve(!error);
    });
  });

async function trailing(first: Uint8Array, reader: BlockReader): Promise<Uint8Array> {
  const missing = TRAILER_BYTES - first.byteLength;
  const trailer = missing > 0 ? Buffer.concat([first, await reader.read(missing)]) : first;
  if (trailer.byteLength > TRAILER_BYTES || !(await reader.atEnd())) throw invalid("something follows the gzip member");
  return trailer;
}

function checkTrailer(trailer: Uint8Array, checksum: number, sizeBytes: number): void {
  if (trailer.byteLength !== TRAILER_BYTES) throw invalid("the archive breaks off");
  const view = Buffer.from(trailer);
  if (view.readUInt32LE(0) !== checksum) throw invalid("the gzip checksum is wrong");
  if (view.readUInt32LE(4) !== sizeBytes % 2 ** 32) throw invalid("the gzip size is wrong");
}

const invalid = (message: string, cause?: unknown): VoxError => new VoxError("ARCHIVE_INVALID", message, { cause });
