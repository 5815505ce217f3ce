import type { ByteStream } from "../../core/byte-stream.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { GitConversation } from "./process-git-program.ts";

/** Reads objects one after another through one `git cat-file --batch`, which applies neither filters nor attributes. */
export class GitObjects implements AsyncDisposable {
  readonly #start: () => GitConversation;
  #conversation: { readonly git: GitConversation; readonly input: ByteInput } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(start: () => GitConversation) {
    this.#start = start;
  }

  /** @throws {VoxError} CACHE_CORRUPT when git does not have it, or has it in another size */
  read(object: string, sizeBytes: number): Promise<Uint8Array> {
    const turn = this.#last.then(() => this.#readNow(object, sizeBytes));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async *open(object: string, sizeBytes: number): ByteStream {
    const bytes = await this.read(object, sizeBytes);
    if (bytes.byteLength > 0) yield bytes;
  }

  async #readNow(object: string, sizeBytes: number): Promise<Uint8Array> {
    const { git, input } = this.#begun();
    git.ask(`${object}\n`);
    const header = await input.line();
    if (header !== `${object} blob ${sizeBytes}`)
      throw new VoxError("CACHE_CORRUPT", `git does not have the object \`${object}\` as its tree says`);
    const bytes = await input.bytes(sizeBytes);
    await input.bytes(1);
    return bytes;
  }

  #begun() {
    if (!this.#conversation) {
      const git = this.#start();
      this.#conversation = { git, input: new ByteInput(git.answers) };
    }
    return this.#conversation;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#conversation?.git.close();
  }
}

const LINE_FEED = 0x0a;

/** A stream out of which lines and counted bytes are taken in turn. */
class ByteInput {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const end = this.#rest.indexOf(LINE_FEED);
      pieces.push(this.#take(end < 0 ? this.#rest.byteLength : end));
      if (end < 0) await this.#more();
      else {
        this.#take(1);
        return Buffer.concat(pieces).toString("latin1");
      }
    }
  }

  async bytes(count: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(count);
    for (let filled = 0; filled < count;) {
      if (this.#rest.byteLength === 0) await this.#more();
      const piece = this.#take(Math.min(count - filled, this.#rest.byteLength));
      bytes.set(piece, filled);
      filled += piece.byteLength;
    }
    return bytes;
  }

  #take(count: number): Uint8Array {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done === true) throw new VoxError("CACHE_CORRUPT", "git stopped while an object was read");
    this.#rest = next.value;
  }
}
