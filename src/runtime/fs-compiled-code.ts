import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import nodeModule, { createRequire } from "node:module";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

/*
 * What V8 compiled, kept between runs. Node 22.8 and newer keep it by themselves; for older ones a loader of the program's own chunks does. The
 * name of a chunk tells its content, so what is kept of one release is never used for another.
 */

interface CompiledCodePlace {
  /** The folder of the chunks. */
  readonly chunks: string;
  /** Absolute. */
  readonly folder: string;
  /** What tells apart the commands, which need different code. */
  readonly command: string;
}

type Compiled = ReadonlyMap<string, Uint8Array>;

const DIGEST_BYTES = 32;
const PRIVATE = 0o700;

/**
 * Keeps what Node compiles of this command; where that fails, the next run compiles it again. The names of Node's own variables hold: one names
 * the folder, the other asks that nothing be kept.
 */
export function keepCode([first = ""]: readonly string[], env: Readonly<Record<string, string | undefined>>): void {
  const cache = env["VOX_CACHE_DIR"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "vox");
  const folder = env["NODE_COMPILE_CACHE"] ?? join(cache, "code");
  if (env["NODE_DISABLE_COMPILE_CACHE"] !== undefined || !isAbsolute(folder)) return;
  // Only such a word can be a command, and it becomes a part of a file's name.
  const command = /^[a-z][a-z-]*$/.test(first) ? first : "vox";
  if ("enableCompileCache" in nodeModule && typeof nodeModule.enableCompileCache === "function")
    nodeModule.enableCompileCache(folder);
  else loadFrom({ chunks: import.meta.dirname, folder, command });
}

function loadFrom({ chunks, folder, command }: CompiledCodePlace): void {
  const file = join(folder, `${command}-${cachedDataVersionTag().toString(16)}.bin`);
  const kept = readKept(file);
  const fresh = new Map<string, Script>();
  const { extensions } = createRequire(import.meta.url);
  const loadAny = extensions[".js"];
  extensions[".js"] = (module, path) => {
    if (dirname(path) !== chunks) return loadAny?.(module, path);
    const name = basename(path);
    const cachedData = kept.get(name);
    const source = nodeModule.wrap(readFileSync(path, "utf8"));
    const script = new Script(source, { filename: path, ...(cachedData && { cachedData }) });
    if (cachedData === undefined || script.cachedDataRejected === true) fresh.set(name, script);
    const run: unknown = script.runInThisContext();
    if (typeof run === "function")
      Reflect.apply(run, module.exports, [module.exports, requireOf(module), module, path, chunks]);
  };
  process.once("exit", () => {
    if (fresh.size > 0) writeKept(file, chunks, kept, fresh);
  });
}

const requireOf =
  (module: NodeJS.Module) =>
  (id: string): unknown =>
    module.require(id);

/** Nothing where the file is missing, damaged, or could have been written by somebody else: it is code. */
function readKept(file: string): Compiled {
  try {
    requireOwn(dirname(file));
    const bytes = readFileSync(file);
    const content = bytes.subarray(DIGEST_BYTES);
    if (!createHash("sha256").update(content).digest().equals(bytes.subarray(0, DIGEST_BYTES))) return new Map();
    return decode(content);
  } catch {
    return new Map();
  }
}

function writeKept(file: string, chunks: string, kept: Compiled, fresh: ReadonlyMap<string, Script>): void {
  const draft = `${file}.${process.pid}`;
  try {
    const known = new Set(readdirSync(chunks));
    const all = new Map([...kept].filter(([name]) => known.has(name)));
    for (const [name, script] of fresh) all.set(name, script.createCachedData());
    const content = encode(all);
    mkdirSync(dirname(file), { recursive: true, mode: PRIVATE });
    requireOwn(dirname(file));
    writeFileSync(draft, Buffer.concat([createHash("sha256").update(content).digest(), content]), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    discard(draft);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // There is no such folder.
  }
}

function requireOwn(folder: string): void {
  const { uid, mode } = lstatSync(folder);
  if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) throw new Error("the folder is another user's");
}

/** Length of the table, the table of names and lengths as JSON, and one after another what it lists. */
function encode(all: Compiled): Buffer {
  const table = Buffer.from(JSON.stringify([...all].map(([name, { length }]) => [name, length])));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(table.length);
  return Buffer.concat([head, table, ...all.values()]);
}

function decode(content: Buffer): Compiled {
  const begin = 4 + content.readUInt32LE(0);
  const table: unknown = JSON.parse(content.toString("utf8", 4, begin));
  const kept = new Map<string, Uint8Array>();
  let at = begin;
  for (const [name, length] of Array.isArray(table) ? table : []) {
    kept.set(String(name), content.subarray(at, at + Number(length)));
    at += Number(length);
  }
  return kept;
}
