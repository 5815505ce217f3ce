import type { ByteStream } from "../core/byte-stream.ts";
import { type Digest, Digester } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { BlockReader } from "./block-reader.ts";
import { MAGIC_BYTES } from "./machine-code.ts";
import { paddingBytes } from "./ustar-header.ts";

/** What a reader learns of a file while it passes. */
export interface ContentProof {
  readonly digest: Digest;
  /** The first bytes, as many as were to be kept or a few more. */
  readonly kept: Uint8Array;
}

/** One member's bytes on their way to a sink, hashed as they pass. */
export class FileContent {
  readonly #reader: BlockReader;
  readonly #sizeBytes: number;
  readonly #keepBytes: number;
  readonly #digester = new Digester();
  readonly #kept: Uint8Array[] = [];

  constructor(reader: BlockReader, sizeBytes: number, keepBytes: number = MAGIC_BYTES) {
    this.#reader = reader;
    this.#sizeBytes = sizeBytes;
    this.#keepBytes = keepBytes;
  }

  async *stream(): ByteStream {
    while (this.#leftBytes > 0) yield await this.#next();
  }

  /**
   * Reads over what the sink left, and the zeros that fill the last block.
   * @throws {VoxError} ARCHIVE_INVALID
   */
  async end(): Promise<ContentProof> {
    while (this.#leftBytes > 0) await this.#next();
    const padding = await this.#reader.read(paddingBytes(this.#sizeBytes));
    if (padding.some((byte) => byte !== 0))
      throw new VoxError("ARCHIVE_INVALID", "what fills the last block of a file is not zero");
    return { digest: this.#digester.digest(), kept: Buffer.concat(this.#kept) };
  }

  get #leftBytes(): number {
    return this.#sizeBytes - this.#digester.sizeBytes;
  }

  async #next(): Promise<Uint8Array> {
    const piece = await this.#reader.piece(this.#leftBytes);
    if (this.#digester.sizeBytes < this.#keepBytes) this.#kept.push(piece.slice(0, this.#keepBytes));
    this.#digester.update(piece);
    return piece;
  }
}
