import { linkSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { VoxEvent } from "../../core/events.ts";
import { inspectTree, type TreeInspection } from "./fs-inspect-tree.ts";
import { type FsClosureStore, type HeldClosure, modulesDir, recordPath } from "./fs-closure-store.ts";
import type { KnownTree } from "./fs-known-tree.ts";
import { linkedTreeShape, makeLinkedTree } from "./fs-linked-tree.ts";
import type { FsProjectLinks } from "./fs-project-links.ts";
import { directoryStampAt, fileStampAt } from "./fs-repair-tree.ts";
import { statOf } from "./fs-stamp.ts";
import { removeLeftovers, temporaryPath } from "./fs-temporary.ts";
import type { LinkMode, MaterializeRequest } from "./materializer.ts";
import { type TreeRecord, treeRecord } from "./tree-record.ts";

const VOX_MODULES = ".vox_modules";
const TEMPORARY_PREFIX = ".vox_modules.tmp-";

export type LinkRequest = Pick<MaterializeRequest, "projectDir" | "linkMode" | "verify" | "onEvent">;

/** Gives projects their `.vox_modules`: exactly the closure, and replaced by a rename. */
export class FsProjectModules {
  readonly #closures: FsClosureStore;
  readonly #links: FsProjectLinks;

  constructor(closures: FsClosureStore, links: FsProjectLinks) {
    this.#closures = closures;
    this.#links = links;
  }

  /** Whether anything had to be put in place. */
  link(closure: HeldClosure, request: LinkRequest): boolean {
    const { projectDir } = request;
    const last = this.#links.read(projectDir);
    const linkMode = this.#possibleMode(closure, request);
    const changed =
      linkMode === "symlink" ? linkTo(closure, projectDir) : this.#fill(closure, { ...request, linkMode }, linkMode);
    if (changed && linkMode !== request.linkMode) request.onEvent?.(COPIED);
    if (changed || last?.closure !== closure.key || last.linkMode !== linkMode) {
      this.#links.write({ projectDir, linkMode, closure: closure.key });
      if (linkMode === "symlink") this.#links.removeTree(projectDir);
    }
    return changed;
  }

  /** Hard links need one file system and its leave; without them files are copied. */
  #possibleMode(closure: HeldClosure, { projectDir, linkMode }: LinkRequest): LinkMode {
    if (linkMode !== "hardlink") return linkMode;
    const last = this.#links.read(projectDir);
    const made = last?.closure === closure.key && last.linkMode === "hardlink";
    return made || canLinkInto(projectDir, closure.dir) ? "hardlink" : "copy";
  }

  #fill(closure: HeldClosure, request: LinkRequest, linkMode: Exclude<LinkMode, "symlink">): boolean {
    const known = this.#knownTree(closure, request);
    const inspection = known && inspectTree(join(request.projectDir, VOX_MODULES), known, request.verify);
    if (inspection && inspection.faults.length === 0) {
      if (inspection.refreshed) this.#keep(request, inspection.record);
      return false;
    }
    if (inspection) report(inspection, request);
    this.#make(closure, request, linkMode);
    return true;
  }

  /** A tree that was made from the same closure in the same way; the files of hard links are the closure's own, stamps and all. */
  #knownTree(closure: HeldClosure, { projectDir, linkMode }: LinkRequest): KnownTree | undefined {
    const last = this.#links.read(projectDir);
    if (last?.closure !== closure.key || last.linkMode !== linkMode) return undefined;
    if (!statOf(join(projectDir, VOX_MODULES))?.isDirectory()) return undefined;
    const own = this.#links.tree(projectDir);
    const shared = linkMode === "hardlink" ? this.#closures.known(closure.dir) : own;
    if (!own || !shared) return undefined;
    return {
      record: { ...own.record, files: shared.record.files },
      directoriesAtNs: own.directoriesAtNs,
      filesAtNs: shared.filesAtNs,
    };
  }

  #make(closure: HeldClosure, request: LinkRequest, linkMode: Exclude<LinkMode, "symlink">): void {
    const { projectDir } = request;
    const known = this.#closures.known(closure.dir)?.record ?? treeRecord([], []);
    const modules = modulesDir(closure.dir);
    const beside = temporaryPath(projectDir, TEMPORARY_PREFIX);
    try {
      makeLinkedTree(modules, beside, known, linkMode);
      replace(beside, projectDir);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
    // Linking changes the ctime of the closure's files: they were proved a moment ago, and are known by their new stamps now.
    if (linkMode === "hardlink") this.#closures.keepRecord(closure.dir, { ...known, files: restamped(modules, known) });
    this.#keep(request, recordOf(join(projectDir, VOX_MODULES), known));
  }

  #keep({ projectDir, linkMode }: LinkRequest, record: TreeRecord): void {
    this.#links.writeTree(projectDir, linkMode === "hardlink" ? { ...record, files: [] } : record);
  }
}

/** One link to the closure's `modules`: making it is a rename. */
function linkTo(closure: HeldClosure, projectDir: string): boolean {
  const target = modulesDir(closure.dir);
  const link = join(projectDir, VOX_MODULES);
  if (statOf(link)?.isSymbolicLink() && readlinkSync(link) === target) return false;
  const beside = temporaryPath(projectDir, TEMPORARY_PREFIX);
  symlinkSync(target, beside);
  replace(beside, projectDir);
  return true;
}

const COPIED: VoxEvent = {
  kind: "warning",
  code: "LINKS_COPIED",
  message: "the cache cannot be hard-linked from this folder: files are copied",
  hint: "set VOX_CACHE_DIR to a folder on the same file system, or use `--link-mode copy`",
};

/** Only trying tells: two mounts of one disk look alike and still cannot be linked. */
function canLinkInto(projectDir: string, closureDir: string): boolean {
  const probe = temporaryPath(projectDir, TEMPORARY_PREFIX);
  try {
    linkSync(recordPath(closureDir), probe);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}

const MAX_SWAPS = 8;
/** What a rename says when another process swapped the same place a moment before. */
const RACE_CODES: ReadonlySet<string> = new Set(["ENOENT", "ENOTEMPTY", "EEXIST", "EISDIR", "ENOTDIR"]);

function replace(beside: string, projectDir: string): void {
  removeLeftovers(projectDir, TEMPORARY_PREFIX, beside);
  for (let swap = 1; ; swap += 1) {
    try {
      return swapIn(beside, projectDir);
    } catch (error) {
      const raced = error instanceof Error && "code" in error && RACE_CODES.has(String(error.code));
      if (!raced || swap === MAX_SWAPS) throw error;
    }
  }
}

/** A link is renamed over; a directory cannot be, and is renamed away just before. */
function swapIn(beside: string, projectDir: string): void {
  const place = join(projectDir, VOX_MODULES);
  const old = statOf(place);
  if (!old || (!old.isDirectory() && !statOf(beside)?.isDirectory())) return renameSync(beside, place);
  const away = temporaryPath(projectDir, TEMPORARY_PREFIX);
  renameSync(place, away);
  try {
    renameSync(beside, place);
  } catch (error) {
    // Nobody is left without what they had.
    if (!statOf(place)) renameSync(away, place);
    throw error;
  } finally {
    rmSync(away, { recursive: true, force: true });
  }
}

function recordOf(root: string, closure: TreeRecord): TreeRecord {
  const { directories, links } = linkedTreeShape(closure);
  const stamped = directories.map((path) => ({ path, stamp: directoryStampAt(root, path) }));
  return treeRecord(stamped, restamped(root, closure), links);
}

const restamped = (root: string, closure: TreeRecord): TreeRecord["files"] =>
  closure.files.map((file) => ({ ...file, stamp: fileStampAt(root, file.path) }));

function report(inspection: TreeInspection, request: LinkRequest): void {
  for (const { path } of inspection.faults) {
    const message = `\`${VOX_MODULES}/${path}\` is not what was put there; \`${VOX_MODULES}\` is made anew`;
    request.onEvent?.({ kind: "warning", code: "CACHE_CORRUPT", message });
  }
}
