import type { ByteStream } from "./byte-stream.ts";

/** A stream that is read in pieces of given lengths, one after another. */
export class ByteSource {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();
  #busy = false;

  constructor(content: ByteStream) {
    this.#source = content[Symbol.asyncIterator]();
  }

  /** The next so many bytes, fewer when the stream ends before; read it to its end before the next piece is taken. */
  async *take(bytes: number): ByteStream {
    let left = bytes;
    while (left > 0) {
      const chunk = await this.#next();
      if (!chunk) return;
      this.#rest = chunk.subarray(left);
      const piece = chunk.subarray(0, left);
      left -= piece.byteLength;
      yield piece;
    }
  }

  async skip(bytes: number): Promise<void> {
    const skipped = this.take(bytes)[Symbol.asyncIterator]();
    while (!(await skipped.next()).done);
  }

  /** Reads what is left, which lets a stream that proves itself at its end do so. */
  async finish(): Promise<void> {
    while (await this.#next());
  }

  /** Lets the stream go; one that is still busy with a chunk ends in its own time. */
  async close(): Promise<void> {
    const closed = this.#source.return?.().catch(() => undefined);
    if (!this.#busy) await closed;
  }

  async #next(): Promise<Uint8Array | undefined> {
    const rest = this.#rest;
    this.#rest = new Uint8Array();
    if (rest.byteLength > 0) return rest;
    this.#busy = true;
    try {
      const next = await this.#source.next();
      return next.done ? undefined : next.value;
    } finally {
      this.#busy = false;
    }
  }
}
