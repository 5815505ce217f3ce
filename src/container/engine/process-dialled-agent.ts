import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

const KEPT_TALK = 2_000;

/** Connections of HTTP that are the streams of a program; one that is idle serves the next request. */
export class DialledAgent extends Agent {
  readonly #command: readonly string[];

  constructor(command: readonly string[]) {
    super({ keepAlive: true });
    this.#command = command;
  }

  override createConnection(): Duplex {
    return new DialledConnection(this.#command);
  }
}

class DialledConnection extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  #talk = "";

  constructor([program = "", ...args]: readonly string[]) {
    super();
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    const { stdin, stdout, stderr } = this.#child;
    stdout.on("data", (chunk: Buffer) => this.push(chunk) || stdout.pause());
    stderr.on("data", (chunk: Buffer) => (this.#talk = (this.#talk + chunk.toString()).slice(-KEPT_TALK)));
    stdin.on("error", () => undefined);
    this.#child.on("error", (error) => this.destroy(error));
    this.#child.on("close", (code) => this.#ended(code, program));
  }

  #ended(code: number | null, program: string): void {
    if (code !== 0) return void this.destroy(new Error(lastLine(this.#talk) ?? `${program} ended with ${code ?? "a signal"}`));
    this.push(null);
    this.end();
  }

  /** What Node's agent does to a socket that is idle or taken again; here nobody waits for an idle one at the end. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, (error) => done(error));
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }
}

const lastLine = (text: string): string | undefined => text.trim().split("\n").at(-1)?.trim() || undefined;
