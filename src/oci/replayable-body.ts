import type { ByteStream } from "../core/byte-stream.ts";

/** How much of a stream is kept so that a request can be sent again, in bytes. */
const KEPT_BYTES = 1024 * 1024;

/**
 * A stream that can be taken only once, made to begin again as long as little of it has been read: a small blob can be
 * sent as often as needed, a large one until the registry has taken more than the kept beginning.
 */
export class ReplayableBody {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #skippedBytes = 0;
  #overflowed = false;
  #turn = 0;
  #pending: Promise<Uint8Array | undefined> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(content: ByteStream) {
    this.#source = content[Symbol.asyncIterator]();
  }

  /** Why the source itself failed, when it did; more telling than the broken request that follows. */
  throwIfSourceFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /** The stream from its beginning, or `undefined` when that is gone; whoever read it before gets no more. */
  async restart(): Promise<ByteStream | undefined> {
    this.#turn += 1;
    await this.#pending?.catch(() => undefined);
    return this.spent ? undefined : this.#read(this.#turn);
  }

  /** Begins that much later from now on, because so much has arrived. */
  skip(bytes: number): void {
    this.#skippedBytes += bytes;
  }

  /** Whether the beginning is gone. */
  get spent(): boolean {
    return this.#overflowed || this.#failure !== undefined;
  }

  /** Lets the source go; one that is still busy with a chunk ends in its own time. */
  async close(): Promise<void> {
    this.#turn += 1;
    const closed = this.#source.return?.().catch(() => undefined);
    if (!this.#pending) await closed;
  }

  async *#read(turn: number): ByteStream {
    let skipBytes = this.#skippedBytes;
    for (let index = 0; index < this.#kept.length; index += 1) {
      const chunk = this.#kept[index];
      if (chunk && chunk.byteLength > skipBytes) yield chunk.subarray(skipBytes);
      skipBytes = Math.max(0, skipBytes - (chunk?.byteLength ?? 0));
    }
    while (turn === this.#turn) {
      this.#pending = this.#pull();
      const chunk = await this.#pending;
      if (!chunk || turn !== this.#turn) return;
      yield chunk;
    }
  }

  async #pull(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#source.next();
      if (next.done) return undefined;
      this.#keep(next.value);
      return next.value;
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      this.#pending = undefined;
    }
  }

  #keep(chunk: Uint8Array): void {
    this.#keptBytes += chunk.byteLength;
    if (this.#keptBytes > KEPT_BYTES) {
      this.#overflowed = true;
      this.#kept.length = 0;
      return;
    }
    this.#kept.push(chunk);
  }
}
