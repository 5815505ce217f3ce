import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { collectBytes } from "../../core/byte-stream.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { GIT_SETTINGS, gitEnvironment } from "./git-arguments.ts";

/** A listing of a tree or of refs, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

export interface GitOutcome {
  readonly failed: boolean;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** git, started without a shell, in a folder of vox's own: no project's configuration is in reach. */
export class GitProgram {
  readonly #env: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal | undefined;

  /** @param folder below which git looks for no repository around it */
  constructor(env: Readonly<Record<string, string | undefined>>, folder: string, signal?: AbortSignal) {
    this.#env = gitEnvironment(env, folder);
    this.#signal = signal;
  }

  /** @throws {VoxError} GIT_MISSING */
  async run(args: readonly string[], cwd: string): Promise<GitOutcome> {
    const child = this.#start(args, cwd, "ignore");
    const [stdout, result] = await Promise.all([
      collectBytes(child.stdout, { maxBytes: MAX_ANSWER_BYTES, what: "the answer of git" }),
      child.done,
    ]);
    return { ...result, stdout };
  }

  /** A program that answers questions on its standard input; `close` ends it. */
  converse(args: readonly string[], cwd: string): GitConversation {
    const { stdin, stdout, done } = this.#start(args, cwd, "pipe");
    if (!stdin) throw new VoxError("INTERNAL", "git was started without an input");
    // A write to a git that has ended fails there; the reader of its answer tells it.
    stdin.on("error", () => undefined);
    done.catch(() => undefined);
    const close = async (): Promise<void> => {
      stdin.end();
      stdout.destroy();
      await done.catch(() => undefined);
    };
    return { ask: (line) => void stdin.write(line), answers: stdout, close };
  }

  #start(args: readonly string[], cwd: string, stdin: "ignore" | "pipe") {
    const child = execa("git", [...GIT_SETTINGS, ...args], {
      cwd,
      env: this.#env,
      extendEnv: false,
      reject: false,
      stdin,
      buffer: { stdout: false, stderr: true },
      encoding: "buffer",
      ...(this.#signal ? { cancelSignal: this.#signal } : {}),
    });
    const done = child.then((result) => {
      this.#signal?.throwIfAborted();
      if (result.code === "ENOENT")
        throw new VoxError("GIT_MISSING", "the program `git` cannot be run", { cause: result.cause });
      return { failed: result.failed, stderr: Buffer.from(result.stderr).toString("utf8") };
    });
    const input: Writable | null = child.stdin;
    const stdout: Readable = child.stdout;
    return { stdin: input, stdout, done };
  }
}

export interface GitConversation {
  ask(line: string): void;
  readonly answers: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
