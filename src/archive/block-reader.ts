import type { ByteStream } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";

/** Reads a stream of any chunks in pieces of wanted sizes. */
export class BlockReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(stream: ByteStream) {
    this.#iterator = stream[Symbol.asyncIterator]();
  }

  /**
   * Exactly so many bytes.
   * @throws {VoxError} ARCHIVE_INVALID when the stream ends before
   */
  async read(sizeBytes: number): Promise<Uint8Array> {
    if (this.#chunk.byteLength >= sizeBytes) return this.#take(sizeBytes);
    const pieces: Uint8Array[] = [];
    for (let left = sizeBytes; left > 0; left -= pieces.at(-1)?.byteLength ?? 0) pieces.push(await this.piece(left));
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, sizeBytes);
  }

  /**
   * Some bytes, at most so many and at least one, uncopied.
   * @throws {VoxError} ARCHIVE_INVALID when nothing is left
   */
  async piece(maxBytes: number): Promise<Uint8Array> {
    if (this.#chunk.byteLength === 0 && !(await this.#fill())) throw new VoxError("ARCHIVE_INVALID", "the archive breaks off");
    return this.#take(Math.min(maxBytes, this.#chunk.byteLength));
  }

  /** Whether nothing is left. */
  async atEnd(): Promise<boolean> {
    return this.#chunk.byteLength === 0 && !(await this.#fill());
  }

  /** What is at hand, of whatever size; empty before `atEnd` looked for more. */
  takeBuffered(): Uint8Array {
    return this.#take(this.#chunk.byteLength);
  }

  /** Lets go of the stream, wherever it is. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #take(sizeBytes: number): Uint8Array {
    const piece = this.#chunk.subarray(0, sizeBytes);
    this.#chunk = this.#chunk.subarray(sizeBytes);
    return piece;
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.byteLength === 0) {
      const next = await this.#iterator.next();
      if (next.done) return false;
      this.#chunk = next.value;
    }
    return true;
  }
}
