import { randomUUID } from "node:crypto";
import { fstatSync, closeSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
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

/** Written beside and renamed: a reader sees the old record or the new one. */
export function writeKnownTree(path: string, record: TreeRecord): void {
  const temporary = `${path}.${randomUUID()}.tmp`;
  writeFileSync(temporary, formatTreeRecord(record));
  renameSync(temporary, path);
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
