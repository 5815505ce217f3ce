import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const PROGRAM = join(CHECKOUT, "dist/bin.js");

export interface VoxRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document that `--json` prints; fails when stdout is anything else. */
  json(): unknown;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Laid over the desk's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another Node binary. */
  readonly node?: string;
  /** Another copy of the program. */
  readonly program?: string;
  /** Started through this command: `["setpriv", "--reuid=…"]`. */
  readonly through?: readonly string[];
  readonly input?: string;
}

/** One person's machine: a folder to work in, with cache, data and configuration of its own. */
export interface Desk {
  /** Its folder, without symbolic links on the way. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  vox(args: readonly string[], options?: RunOptions): Promise<VoxRun>;
  remove(): void;
}

/** Nothing of the caller's environment but what programs need to be found: not CI, not credentials, not proxies. */
function deskEnvironment(folder: string): Record<string, string> {
  const home = join(folder, "home");
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    TMPDIR: join(folder, "tmp"),
    DOCKER_CONFIG: join(home, ".docker"),
    // One for all desks, which then start sooner and keep nothing but content in their caches.
    NODE_COMPILE_CACHE: join(CHECKOUT, "node_modules/.cache/vox"),
    VOX_CACHE_DIR: join(folder, "cache"),
    VOX_DATA_DIR: join(folder, "data"),
    VOX_CONFIG_DIR: join(folder, "config"),
  };
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

function collect(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  input: string,
): Promise<VoxRun> {
  const [program = "", ...args] = command;
  return new Promise((resolveRun, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const stdout = Buffer.concat(out).toString("utf8");
      const stderr = Buffer.concat(err).toString("utf8");
      // No such line is ever meant: it is a leak, or an interface that goes away.
      if (/^\(node:\d+\) .*Warning/m.test(stderr)) reject(new Error(`${command.join(" ")} was warned by Node\n${stderr}`));
      else if (code === null) reject(new Error(`${command.join(" ")} was ended by ${signal}\n${stderr}`));
      else resolveRun({ exitCode: code, stdout, stderr, json: () => parsed(stdout) });
    });
    child.stdin.end(input);
  });
}

/** @throws {Error} when the program is not built */
export function createDesk(parent = tmpdir()): Desk {
  if (!existsSync(PROGRAM)) throw new Error("dist/bin.js is missing; run `npm run build`");
  const folder = realpathSync(mkdtempSync(join(parent, "vox-desk-")));
  const env = deskEnvironment(folder);
  for (const name of ["HOME", "TMPDIR"] as const) mkdirSync(env[name] ?? folder, { recursive: true });
  return {
    folder,
    env,
    vox: (args, options = {}) =>
      collect(
        [...(options.through ?? []), options.node ?? process.execPath, options.program ?? PROGRAM, ...args],
        options.cwd ?? folder,
        { ...env, ...options.env },
        options.input ?? "",
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Ending {
  readonly cwd: string;
  readonly signal: "SIGINT" | "SIGKILL";
  readonly afterMs: number;
}

/** In place of an exit code, of a process that a signal ended. */
export const ENDED_BY_SYSTEM = -1;

/** Starts a command at a desk and ends it after a while; whether it was faster does not matter. */
export const ended = (
  desk: Desk,
  args: readonly string[],
  { cwd, signal, afterMs }: Ending,
): Promise<{ readonly exitCode: number; readonly stderr: string }> =>
  new Promise((resolveRun, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: desk.env, stdio: ["ignore", "ignore", "pipe"] });
    const err: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const timer = setTimeout(() => child.kill(signal), afterMs);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolveRun({ exitCode: code ?? ENDED_BY_SYSTEM, stderr: Buffer.concat(err).toString("utf8") });
    });
  });

export const killed = async (desk: Desk, args: readonly string[], cwd: string, afterMs: number): Promise<void> => {
  await ended(desk, args, { cwd, signal: "SIGKILL", afterMs });
};

/** What stands at a path of keys and indexes in parsed JSON; undefined where the path leads nowhere. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((node, key) => {
    if (typeof node !== "object" || node === null) return undefined;
    return Object.entries(node).find(([name]) => name === String(key))?.[1];
  }, value);
}

/** @throws {Error} when there is no string */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== "string") throw new Error(`no text at ${path.join(".")} of ${JSON.stringify(value)}`);
  return found;
}

/** The run, when it ended well. @throws {Error} with both streams when it did not */
export function succeeded(run: VoxRun): VoxRun {
  if (run.exitCode !== 0) throw new Error(`vox ended with ${run.exitCode}\n${run.stderr}\n${run.stdout}`);
  return run;
}
