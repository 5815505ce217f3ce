import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isSystemError } from "../../oci/fs-errors.ts";
import { parseTreeRecord, type TreeRecord, formatTreeRecord } from "./tree-record.ts";

/** A record as it was read, and when it was written: what changed in the same tick as that may have changed unseen. */
export interface KnownTree {
  readonly record: TreeRecord;
  readonly directoriesAtNs: bigint;
  readonly filesAtNs: bigint;
}

/** The record in a file; `undefined` when there is none that is whole. */
export function readKnownTree(path: string): KnownTree | undefined {
  const read = readWithTime(path);
  const record = read && parseTreeRecord(read.text);
  return record && { record, directoriesAtNs: read.atNs, filesAtNs: read.atNs };
}

/** In a cache that may only be read nothing is noted: the next run looks more closely. */
export function writeKnownTree(path: string, record: TreeRecord): void {
  writeNote(path, formatTreeRecord(record));
}

/** What `writeNote` wrote; `undefined` when it cannot be read, which is as good as not there. */
export function readNote(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Written beside and renamed, so that a reader sees the old text or the new one; left out where the cache may only be read.
 * @throws the system's error when the disk is full
 */
export function writeNote(path: string, text: string): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    if (isSystemError(error, "EROFS", "EACCES", "EPERM")) return;
    rmSync(temporary, { force: true });
    throw error;
  }
}

function readWithTime(path: string): { readonly text: string; readonly atNs: bigint } | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // A record that cannot be read is a record that is not there: everything is made anew.
    return undefined;
  }
  try {
    return { text: readFileSync(file, "utf8"), atNs: fstatSync(file, { bigint: true }).mtimeNs };
  } finally {
    closeSync(file);
  }
}
