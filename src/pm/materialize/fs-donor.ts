import { linkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Digest, digestOf } from "../../core/digest.ts";
import { parseJson } from "../../core/json-cursor.ts";
import { isSystemError } from "../../oci/fs-errors.ts";
import type { ArchivedPackage } from "./closure.ts";
import { inspectTree } from "./fs-inspect-tree.ts";
import { readKnownTree, readNote, writeKnownTree } from "./fs-known-tree.ts";
import { makeDirectory, packageOf } from "./fs-repair-tree.ts";
import { fileStamp, statOf } from "./fs-stamp.ts";
import type { VerifyMode } from "./materializer.ts";
import type { RecordedFile, TreeRecord, UnpackedPackage } from "./tree-record.ts";

/** Where a closure keeps the text that it is named by. */
export const PACKAGES_FILE = "packages";

/** A closure folder's files that a donor is read from. */
export interface DonorPaths {
  /** The closure's folder. */
  readonly dir: string;
  readonly modules: string;
  readonly record: string;
}

/**
 * A closure whose packages another one takes over as hard links: what a project had before it asked for one package more.
 * Only what is proved right now, as by any `sync`, is given.
 */
export class Donor {
  readonly #paths: DonorPaths;
  readonly #record: TreeRecord;
  readonly #diffIds: ReadonlyMap<string, Digest>;
  readonly #trees: ReadonlyMap<string, UnpackedPackage>;
  readonly #given = new Map<string, string>();

  private constructor(
    paths: DonorPaths,
    record: TreeRecord,
    diffIds: ReadonlyMap<string, Digest>,
    spoilt: ReadonlySet<string>,
  ) {
    this.#paths = paths;
    this.#record = record;
    this.#diffIds = diffIds;
    this.#trees = treesByPackage(record, spoilt);
  }

  /** The closure of that key; `undefined` when it is not there, or does not tell what it is made of. */
  static open(key: Digest, paths: DonorPaths, verify: VerifyMode): Donor | undefined {
    const text = readNote(join(paths.dir, PACKAGES_FILE));
    const known = text !== undefined && digestOf(text) === key ? readKnownTree(paths.record) : undefined;
    if (text === undefined || !known) return undefined;
    const { faults, record } = inspectTree(paths.modules, known, verify);
    return new Donor(paths, record, diffIdsIn(text), new Set(faults.map(({ path }) => packageOf(path))));
  }

  /** Makes a package's folder out of links; `undefined`, and nothing there, when that cannot be. */
  give({ name, diffId }: ArchivedPackage, folder: string): UnpackedPackage | undefined {
    const tree = this.#diffIds.get(name) === diffId ? this.#trees.get(name) : undefined;
    if (!tree) return undefined;
    try {
      for (const path of [".", ...tree.directories]) makeDirectory(path === "." ? folder : `${folder}/${path}`);
      const files = tree.files.map((file) => linkFile(`${this.#paths.modules}/${name}`, folder, file));
      for (const { path, stamp } of files) this.#given.set(`${name}/${path}`, stamp);
      return { directories: tree.directories, files };
    } catch (error) {
      // Another process collects it, a file has all the links that it can have, or the file system knows none.
      if (!isSystemError(error, "ENOENT", "EMLINK", "EPERM", "ENOTSUP", "EXDEV", "EACCES")) throw error;
      rmSync(folder, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Linking changed the ctime of what was given: the closure it came from knows it by its new stamps. */
  keepStamps(): void {
    if (this.#given.size === 0 || !statOf(this.#paths.record)) return;
    const files = this.#record.files.map((file) => ({ ...file, stamp: this.#given.get(file.path) ?? file.stamp }));
    writeKnownTree(this.#paths.record, { ...this.#record, files });
  }
}

/** By name; the text is proved by the closure's key, so that it is what vox wrote. */
function diffIdsIn(text: string): ReadonlyMap<string, Digest> {
  const pairs = parseJson(new TextEncoder().encode(text), { code: "CACHE_CORRUPT", what: `\`${PACKAGES_FILE}\`` });
  return new Map(pairs.list((pair) => [pair.item(0).string(), pair.item(1).digest()] as const));
}

/** By package, with paths relative to its folder; what is spoilt is left out. */
function treesByPackage(record: TreeRecord, spoilt: ReadonlySet<string>): ReadonlyMap<string, UnpackedPackage> {
  const trees = new Map<string, { readonly directories: string[]; readonly files: RecordedFile[] }>();
  for (const { path } of record.directories) {
    const name = packageOf(path);
    if (path === "." || spoilt.has(name)) continue;
    if (path === name) trees.set(name, { directories: [], files: [] });
    else trees.get(name)?.directories.push(path.slice(name.length + 1));
  }
  for (const file of record.files) {
    const name = packageOf(file.path);
    trees.get(name)?.files.push({ ...file, path: file.path.slice(name.length + 1) });
  }
  return trees;
}

/** @throws ENOENT too when what is linked is not the file that was proved. */
function linkFile(from: string, to: string, file: RecordedFile): RecordedFile {
  linkSync(`${from}/${file.path}`, `${to}/${file.path}`);
  const stats = statOf(`${to}/${file.path}`);
  const proved = file.stamp.slice(0, file.stamp.lastIndexOf(" ") + 1);
  const stamp = stats?.isFile() ? fileStamp(stats) : "";
  if (!stamp.startsWith(proved)) throw Object.assign(new Error(`\`${file.path}\` was replaced`), { code: "ENOENT" });
  return { ...file, stamp };
}
