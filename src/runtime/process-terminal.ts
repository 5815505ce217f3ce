import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { VoxError } from "../errors/vox-error.ts";

/** The person at the keyboard, or the text that is piped in in their place. */
export interface Terminal {
  /** Whether somebody can be asked. */
  readonly canAsk: boolean;
  /**
   * One line; with `hidden` it is not shown while it is typed.
   * @throws the signal's reason when it is aborted
   */
  ask(question: string, options: { readonly hidden: boolean; readonly signal: AbortSignal }): Promise<string>;
  /**
   * Standard input to its end, at most so many bytes.
   * @throws {VoxError} USAGE when there is more
   */
  readAll(maxBytes: number): Promise<string>;
}

/** Questions go to stderr, for stdout is data. */
export const processTerminal: Terminal = {
  get canAsk() {
    return process.stdin.isTTY === true && process.stderr.isTTY === true;
  },
  async ask(question, { hidden, signal }) {
    signal.throwIfAborted();
    const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
    const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
    // Asked only now, when the terminal shows nothing by itself any more: who answers at once must not be seen either.
    process.stderr.write(question);
    // The keyboard is read raw, so that Ctrl-C comes as a key; it means what it always means.
    lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
    try {
      return await firstLine(lines, signal);
    } finally {
      lines.close();
      if (hidden) process.stderr.write("\n");
    }
  },
  async readAll(maxBytes) {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of process.stdin) {
      const part = Buffer.from(chunk);
      bytes += part.byteLength;
      if (bytes > maxBytes) throw new VoxError("USAGE", `standard input is larger than ${maxBytes} bytes`);
      chunks.push(part);
    }
    return Buffer.concat(chunks).toString("utf8");
  },
};

/** Empty when the input ends first. */
const firstLine = (lines: ReturnType<typeof createInterface>, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    lines.once("line", resolve);
    lines.once("close", () => resolve(""));
  });
