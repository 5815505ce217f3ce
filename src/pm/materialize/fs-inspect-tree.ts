import { chmodSync, readdirSync, readlinkSync } from "node:fs";
import { sha256OfFile, directoryStamp, fileStamp, statOf } from "./fs-stamp.ts";
import type { KnownTree } from "./fs-known-tree.ts";
import type { VerifyMode } from "./materializer.ts";
import { childrenByDirectory, type RecordedDirectory, type RecordedFile, type TreeRecord } from "./tree-record.ts";

/** What is not as recorded; `path` is relative to the tree's root. */
export interface TreeFault {
  readonly kind: "missing" | "changed" | "extra";
  readonly entry: "directory" | "file" | "link";
  readonly path: string;
}

export interface TreeInspection {
  readonly faults: readonly TreeFault[];
  /** With the stamps of what was touched and found right; to be kept when `refreshed`. */
  readonly record: TreeRecord;
  readonly refreshed: boolean;
}

export const DIRECTORY_MODE = 0o755;
export const fileMode = (executable: boolean): number => (executable ? 0o555 : 0o444);

/** A kernel's clock ticks every 1 to 10 ms: what changes in one tick gets one ctime. */
const TICK_NS = 20_000_000n;
const MODE_BITS = 0o7777n;

/** Compares a tree with its record: by stamps, and by content where a stamp differs or `full` is asked. Modes are put right on the way. */
export function inspectTree(root: string, known: KnownTree, verify: VerifyMode): TreeInspection {
  return new TreeInspector(root, known, verify === "full").inspect();
}

class TreeInspector {
  readonly #root: string;
  readonly #known: KnownTree;
  readonly #full: boolean;
  readonly #faults: TreeFault[] = [];
  readonly #broken: string[] = [];
  #children: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  #refreshed = false;

  constructor(root: string, known: KnownTree, full: boolean) {
    this.#root = root;
    this.#known = known;
    this.#full = full;
  }

  inspect(): TreeInspection {
    const { directories, files, links } = this.#known.record;
    const seenDirectories = directories.map((entry) => this.#directory(entry));
    const seenFiles = files.map((entry) => this.#file(entry));
    if (this.#children) for (const link of links) this.#link(link.path, link.target);
    return {
      faults: this.#faults,
      record: { directories: seenDirectories, files: seenFiles, links },
      refreshed: this.#refreshed,
    };
  }

  #directory(entry: RecordedDirectory): RecordedDirectory {
    const path = this.#pathOf(entry.path);
    const stats = this.#isBroken(entry.path) ? undefined : statOf(path);
    if (!stats?.isDirectory()) {
      this.#faults.push({ kind: stats ? "changed" : "missing", entry: "directory", path: entry.path });
      this.#broken.push(entry.path === "." ? "" : `${entry.path}/`);
      return entry;
    }
    const racy = stats.ctimeNs + TICK_NS > this.#known.directoriesAtNs;
    if (directoryStamp(stats) === entry.stamp && !racy && !this.#full) return entry;
    this.#refreshed = true;
    this.#findExtras(entry.path);
    if ((stats.mode & MODE_BITS) === BigInt(DIRECTORY_MODE)) return { path: entry.path, stamp: directoryStamp(stats) };
    chmodSync(path, DIRECTORY_MODE);
    return { path: entry.path, stamp: stampAfter(path, directoryStamp, entry.stamp) };
  }

  #file(entry: RecordedFile): RecordedFile {
    const path = this.#pathOf(entry.path);
    const stats = this.#isBroken(entry.path) ? undefined : statOf(path);
    const racy = stats && stats.ctimeNs + TICK_NS > this.#known.filesAtNs;
    if (stats && fileStamp(stats) === entry.stamp && !racy && !this.#full) return entry;
    this.#refreshed = true;
    if (!stats?.isFile() || sha256IfReadable(path) !== entry.sha256) {
      this.#faults.push({ kind: stats ? "changed" : "missing", entry: "file", path: entry.path });
      return entry;
    }
    const mode = fileMode(entry.executable);
    if ((stats.mode & MODE_BITS) === BigInt(mode)) return { ...entry, stamp: fileStamp(stats) };
    chmodSync(path, mode);
    return { ...entry, stamp: stampAfter(path, fileStamp, entry.stamp) };
  }

  #link(path: string, target: string): void {
    const stats = this.#isBroken(path) ? undefined : statOf(this.#pathOf(path));
    if (stats?.isSymbolicLink() && readlinkSync(this.#pathOf(path)) === target) return;
    this.#faults.push({ kind: stats ? "changed" : "missing", entry: "link", path });
  }

  #findExtras(directory: string): void {
    this.#children ??= childrenByDirectory(this.#known.record);
    const expected = this.#children.get(directory);
    for (const entry of readdirSync(this.#pathOf(directory), { withFileTypes: true })) {
      if (expected?.has(entry.name)) continue;
      const path = directory === "." ? entry.name : `${directory}/${entry.name}`;
      this.#faults.push({ kind: "extra", entry: entry.isDirectory() ? "directory" : "file", path });
    }
  }

  /** What lies under a directory that is none any more, or a link to elsewhere, is not there. */
  #isBroken(path: string): boolean {
    return this.#broken.length > 0 && this.#broken.some((prefix) => path.startsWith(prefix));
  }

  #pathOf(path: string): string {
    return path === "." ? this.#root : `${this.#root}/${path}`;
  }
}

function stampAfter(
  path: string,
  stampOf: (stats: NonNullable<ReturnType<typeof statOf>>) => string,
  fallback: string,
): string {
  const stats = statOf(path);
  return stats ? stampOf(stats) : fallback;
}

function sha256IfReadable(path: string): string | undefined {
  try {
    return sha256OfFile(path);
  } catch {
    // What cannot be read is as good as changed: it is replaced.
    return undefined;
  }
}
