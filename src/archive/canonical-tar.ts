import type { ByteStream } from "../core/byte-stream.ts";
import { compareUtf8 } from "../core/text-order.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { TarEntry } from "./tar-entry.ts";
import { BLOCK_BYTES, encodeHeader, paddingBytes } from "./ustar-header.ts";

/** Chunks of about this size go on: a yield for each header would cost more than the tar. */
const BATCH_BYTES = 256 * 1024;
const ZEROS = new Uint8Array(BLOCK_BYTES);

/**
 * The tar of these entries, byte for byte as contracts §4 says; never more of it in memory than a batch.
 * @throws {VoxError} ARCHIVE_INVALID unless the entries are sorted and unlike; FILE_CHANGED when a file is not as long as said
 */
export async function* writeCanonicalTar(entries: Iterable<TarEntry>): ByteStream {
  const batch = new Batch();
  let previous: string | undefined;
  for (const entry of entries) {
    assertAfter(previous, entry);
    previous = entry.path;
    yield* batch.add(encodeHeader(entry));
    if (entry.kind !== "file") continue;
    for await (const chunk of exactContent(entry)) yield* batch.add(chunk);
    yield* batch.add(ZEROS.subarray(0, paddingBytes(entry.sizeBytes)));
  }
  yield* batch.add(new Uint8Array(2 * BLOCK_BYTES));
  yield* batch.flush();
}

type FileEntry = Extract<TarEntry, { readonly kind: "file" }>;

async function* exactContent(entry: FileEntry): ByteStream {
  let seenBytes = 0;
  for await (const chunk of entry.open()) {
    seenBytes += chunk.byteLength;
    if (seenBytes > entry.sizeBytes) break;
    yield chunk;
  }
  if (seenBytes !== entry.sizeBytes) {
    throw new VoxError("FILE_CHANGED", `\`${entry.path}\` is not ${entry.sizeBytes} bytes long any more`);
  }
}

function assertAfter(previous: string | undefined, entry: TarEntry): void {
  if (entry.path.endsWith("/") !== (entry.kind === "directory")) {
    throw new VoxError("ARCHIVE_INVALID", `\`${entry.path}\` is not how a ${entry.kind} is written`);
  }
  if (previous === undefined) return;
  const order = compareUtf8(previous, entry.path);
  if (order === 0) throw new VoxError("ARCHIVE_INVALID", `\`${entry.path}\` is there twice`);
  if (order > 0) throw new VoxError("ARCHIVE_INVALID", `\`${entry.path}\` stands after \`${previous}\``);
}

/** Gathers small pieces; hands on what is large enough. */
class Batch {
  #pieces: Uint8Array[] = [];
  #sizeBytes = 0;

  add(piece: Uint8Array): readonly Uint8Array[] {
    if (piece.byteLength >= BATCH_BYTES) return [...this.flush(), piece];
    if (piece.byteLength === 0) return [];
    this.#pieces.push(piece);
    this.#sizeBytes += piece.byteLength;
    return this.#sizeBytes >= BATCH_BYTES ? this.flush() : [];
  }

  flush(): readonly Uint8Array[] {
    if (this.#sizeBytes === 0) return [];
    const whole = Buffer.concat(this.#pieces, this.#sizeBytes);
    this.#pieces = [];
    this.#sizeBytes = 0;
    return [whole];
  }
}
