import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { DIRECTORY_MODE, type TreeFault, type TreeInspection } from "./fs-inspect-tree.ts";
import { directoryStamp, fileStamp, statOf } from "./fs-stamp.ts";
import { type TreeRecord, treeRecord } from "./tree-record.ts";

/** The first component of a path in `modules`: the package that the path belongs to. */
export const packageOf = (path: string): string => path.split("/")[0] ?? path;

/** Packages that have to be unpacked again, since a file of theirs is missing or changed. */
export const spoiltPackages = (faults: readonly TreeFault[]): ReadonlySet<string> =>
  new Set(faults.filter((fault) => fault.kind !== "extra" && fault.entry === "file").map((fault) => packageOf(fault.path)));

/**
 * Makes a tree what its record says, taking files from `fresh`, a folder of newly unpacked packages; each file is replaced
 * by a rename, so that a reader sees the old one or the new one. Returns the record with the stamps it has then.
 */
export function repairTree(root: string, inspection: TreeInspection, fresh: string): TreeRecord {
  const { faults, record } = inspection;
  for (const fault of faults) if (isInTheWay(fault)) rmSync(`${root}/${fault.path}`, { recursive: true, force: true });
  for (const fault of sortedByUtf8(faults.filter(isDirectoryToMake), (entry) => entry.path))
    makeDirectory(`${root}/${fault.path}`);
  const files = new Set(faults.filter((fault) => fault.entry === "file" && fault.kind !== "extra").map((fault) => fault.path));
  for (const path of files) renameSync(`${fresh}/${path}`, `${root}/${path}`);
  const targets = new Map(record.links.map((link) => [link.path, link.target]));
  for (const { entry, path } of faults) if (entry === "link") symlinkSync(targets.get(path) ?? ".", `${root}/${path}`);
  return stampedAgain(root, record, files);
}

/** A changed file is renamed over; all else that is wrong has to go first. */
const isInTheWay = (fault: TreeFault): boolean => fault.kind === "extra" || fault.kind === "changed";

const isDirectoryToMake = (fault: TreeFault): boolean => fault.entry === "directory" && fault.kind !== "extra";

/** With the mode that a closure's directories have, whatever the umask. */
export function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, DIRECTORY_MODE);
}

function stampedAgain(root: string, record: TreeRecord, files: ReadonlySet<string>): TreeRecord {
  return treeRecord(
    record.directories.map((entry) => ({ ...entry, stamp: directoryStampAt(root, entry.path) })),
    record.files.map((entry) => (files.has(entry.path) ? { ...entry, stamp: fileStampAt(root, entry.path) } : entry)),
    record.links,
  );
}

const NO_STAMP = "0 0";

/** The stamp of a directory of a tree; one that matches nothing when it is gone. */
export function directoryStampAt(root: string, path: string): string {
  const stats = statOf(path === "." ? root : `${root}/${path}`);
  return stats ? directoryStamp(stats) : NO_STAMP;
}

/** The stamp of a file of a tree; one that matches nothing when it is gone. */
export function fileStampAt(root: string, path: string): string {
  const stats = statOf(`${root}/${path}`);
  return stats ? fileStamp(stats) : `${NO_STAMP} 0`;
}
