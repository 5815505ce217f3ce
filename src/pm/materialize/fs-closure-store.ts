import { chmodSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mapConcurrent } from "../../core/concurrency.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import type { MarkUsed } from "../../core/use-mark.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { type ArchivedPackage, closureKey, closureText } from "./closure.ts";
import { Donor, PACKAGES_FILE } from "./fs-donor.ts";
import { DIRECTORY_MODE, inspectTree, type TreeFault, type TreeInspection } from "./fs-inspect-tree.ts";
import { type KnownTree, readKnownTree, writeKnownTree } from "./fs-known-tree.ts";
import { directoryStampAt, packageOf, repairTree, spoiltPackages } from "./fs-repair-tree.ts";
import { statOf } from "./fs-stamp.ts";
import { removeLeftovers, temporaryPath } from "./fs-temporary.ts";
import { takePackage, unpackPackage, type UnpackPorts } from "./fs-unpack.ts";
import type { MaterializeRequest } from "./materializer.ts";
import { treeRecord } from "./tree-record.ts";

/** A closure in the cache, proved. */
export interface HeldClosure {
  readonly key: Digest;
  /** The folder with `modules`, `node_modules` and the record. */
  readonly dir: string;
  readonly repaired: number;
}

export interface ClosureRequest extends Pick<
  MaterializeRequest,
  "packages" | "verify" | "signal" | "onEvent" | "refetch" | "proveManifest"
> {
  /** The closure that the project had so far: most packages are the same, and their files are shared. */
  readonly previous?: Digest;
}

const MODULES = "modules";
const NODE_MODULES = "node_modules";
const RECORD = "record";
/** Its mtime tells when the closure was last used. */
export const USED_FILE = "used";
const TEMPORARY_PREFIX = ".tmp-";
/** Inflating goes on beside writing; more than a few archives at a time only cost memory. */
const UNPACK_CONCURRENCY = 4;

export const recordPath = (closureDir: string): string => join(closureDir, RECORD);
export const modulesDir = (closureDir: string): string => join(closureDir, MODULES);

export interface ClosureStorePorts extends UnpackPorts {
  readonly markUsed: MarkUsed;
}

/** The unpacked closures below `<cache>/closures`, one directory for each set of (name, diff-id) (contracts, §3 "Materialization"). */
export class FsClosureStore {
  readonly #dir: string;
  readonly #ports: ClosureStorePorts;

  constructor(cacheDir: string, ports: ClosureStorePorts) {
    this.#dir = join(cacheDir, "closures");
    this.#ports = ports;
  }

  holds(packages: readonly ArchivedPackage[]): boolean {
    return statOf(join(this.#dirOf(closureKey(packages)), RECORD)) !== undefined;
  }

  /** The record of a held closure, as it is now. */
  known(closureDir: string): KnownTree | undefined {
    return readKnownTree(join(closureDir, RECORD));
  }

  /** Keeps the stamps that linking changed. */
  keepRecord(closureDir: string, record: KnownTree["record"]): void {
    writeKnownTree(join(closureDir, RECORD), record);
  }

  /**
   * The closure, unpacked now or earlier and proved in either case.
   * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_METADATA_MISMATCH, CACHE_CORRUPT, CONTENT_MISSING
   */
  async ensure(request: ClosureRequest): Promise<HeldClosure> {
    const key = closureKey(request.packages);
    const dir = this.#dirOf(key);
    // Marked before it is looked at: a collector that removes it now sees the mark, or has removed it already.
    this.#mark(dir);
    const known = this.known(dir);
    const repaired = known && (await this.#prove(dir, known, request));
    if (repaired !== undefined) return { key, dir, repaired };
    await this.#build(dir, request);
    return { key, dir, repaired: 0 };
  }

  /** The closure, if it is unpacked and every file in it is right without a repair. */
  untouched(packages: readonly ArchivedPackage[]): HeldClosure | undefined {
    const key = closureKey(packages);
    const dir = this.#dirOf(key);
    this.#mark(dir);
    const known = this.known(dir);
    if (!known || !hasNodeModules(dir)) return undefined;
    const { faults, refreshed, record } = inspectTree(modulesDir(dir), known, "quick");
    if (faults.length > 0) return undefined;
    if (refreshed) this.keepRecord(dir, record);
    return { key, dir, repaired: 0 };
  }

  /** Unmarked it is only collected sooner: a cache that cannot be written is still a cache. */
  #mark(dir: string): void {
    const mark = join(dir, USED_FILE);
    if (this.#ports.markUsed(mark) || !statOf(dir)) return;
    try {
      writeFileSync(mark, "", { flag: "a" });
    } catch {
      return;
    }
  }

  #dirOf(key: Digest): string {
    return join(this.#dir, hexOf(key));
  }

  /** Everything is made beside and appears by one rename; whoever comes second uses what is there. */
  async #build(dir: string, request: ClosureRequest): Promise<void> {
    mkdirSync(this.#dir, { recursive: true });
    const beside = temporaryPath(this.#dir, TEMPORARY_PREFIX);
    try {
      await this.#unpackAll(beside, request);
      removeLeftovers(this.#dir, TEMPORARY_PREFIX, beside);
      this.#discardBroken(dir);
      moveIntoPlace(beside, dir);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
  }

  async #unpackAll(beside: string, request: ClosureRequest): Promise<void> {
    const modules = modulesDir(beside);
    mkdirSync(modules, { recursive: true });
    for (const path of [beside, modules]) chmodSync(path, DIRECTORY_MODE);
    symlinkSync(MODULES, join(beside, NODE_MODULES));
    writeFileSync(join(beside, PACKAGES_FILE), closureText(request.packages));
    const donor = this.#donor(request);
    const unpacked = await mapConcurrent(request.packages, UNPACK_CONCURRENCY, async (entry) => {
      const { directories, files } = await takePackage(entry, join(modules, entry.name), donor, this.#ports, request);
      const below = (path: string): string => `${entry.name}/${path}`;
      return {
        directories: [entry.name, ...directories.map(below)],
        files: files.map((file) => ({ ...file, path: below(file.path) })),
      };
    });
    const directories = [".", ...unpacked.flatMap((tree) => tree.directories)];
    const stamped = directories.map((path) => ({ path, stamp: directoryStampAt(modules, path) }));
    const files = unpacked.flatMap((tree) => tree.files);
    this.keepRecord(beside, treeRecord(stamped, files));
    donor?.keepStamps();
    this.#mark(beside);
  }

  #donor({ previous, verify }: ClosureRequest): Donor | undefined {
    if (previous === undefined) return undefined;
    const dir = this.#dirOf(previous);
    return Donor.open(previous, { dir, modules: modulesDir(dir), record: recordPath(dir) }, verify);
  }

  /** A directory without a whole record proves nothing: it goes, by a rename first, so that nobody sees half of it. */
  #discardBroken(dir: string): void {
    // In this order: a directory that another process just put here came with its record.
    if (!statOf(dir) || this.known(dir)) return;
    const away = temporaryPath(this.#dir, TEMPORARY_PREFIX);
    renameSync(dir, away);
    rmSync(away, { recursive: true, force: true });
  }

  /** How many packages were put right; `undefined` when the closure went away just now. */
  async #prove(dir: string, known: KnownTree, request: ClosureRequest): Promise<number | undefined> {
    if (!statOf(dir)) return undefined;
    mendNodeModules(dir);
    const inspection = inspectTree(modulesDir(dir), known, request.verify);
    if (inspection.faults.length > 0 && !statOf(dir)) return undefined;
    if (inspection.faults.length > 0) return this.#repair(dir, inspection, request);
    if (inspection.refreshed) this.keepRecord(dir, inspection.record);
    return 0;
  }

  async #repair(dir: string, inspection: TreeInspection, request: ClosureRequest): Promise<number> {
    const spoilt = spoiltPackages(inspection.faults);
    const fresh = temporaryPath(this.#dir, TEMPORARY_PREFIX);
    try {
      mkdirSync(fresh);
      for (const entry of request.packages) {
        if (spoilt.has(entry.name)) await this.#unpackAgain(entry, fresh, inspection.faults, request);
      }
      this.keepRecord(dir, repairTree(modulesDir(dir), inspection, fresh));
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
    reportRepairs(inspection.faults, request);
    return new Set(inspection.faults.map((fault) => packageOf(fault.path))).size;
  }

  async #unpackAgain(
    entry: ArchivedPackage,
    fresh: string,
    faults: readonly TreeFault[],
    request: ClosureRequest,
  ): Promise<void> {
    try {
      await unpackPackage(entry, join(fresh, entry.name), this.#ports, request);
    } catch (cause) {
      if (!isVoxError(cause)) throw cause;
      const first = faults.find((fault) => packageOf(fault.path) === entry.name);
      const message = `\`${first?.path ?? entry.name}\` of \`${entry.name}@${entry.version}\` was changed after it was verified, and cannot be replaced`;
      throw new VoxError("CACHE_CORRUPT", message, { cause });
    }
  }
}

function moveIntoPlace(beside: string, dir: string): void {
  try {
    renameSync(beside, dir);
  } catch (error) {
    const lost = error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
    if (!lost) throw error;
  }
}

function hasNodeModules(dir: string): boolean {
  const link = join(dir, NODE_MODULES);
  return statOf(link)?.isSymbolicLink() === true && readlinkSync(link) === MODULES;
}

function mendNodeModules(dir: string): void {
  if (hasNodeModules(dir)) return;
  const link = join(dir, NODE_MODULES);
  rmSync(link, { recursive: true, force: true });
  symlinkSync(MODULES, link);
}

const DID: Readonly<Record<TreeFault["kind"], string>> = {
  missing: "was removed after it was verified and is restored",
  changed: "was changed after it was verified and is replaced",
  extra: "was added to the cache and is removed",
};

function reportRepairs(faults: readonly TreeFault[], request: ClosureRequest): void {
  const versions = new Map<string, string>(request.packages.map((entry) => [entry.name, `${entry.name}@${entry.version}`]));
  for (const { kind, path } of faults) {
    const owner = versions.get(packageOf(path));
    const message = `\`${path}\`${owner ? ` of \`${owner}\`` : ""} ${DID[kind]}`;
    request.onEvent?.({ kind: "warning", code: "CACHE_CORRUPT", message });
  }
}
