import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readSync } from "node:fs";

/** What tells whether a file was touched: its ctime cannot be set back, as its mtime can. */
export const fileStamp = (stats: BigIntStats): string => `${stats.ino} ${stats.size} ${stats.ctimeNs}`;

/** What tells whether a directory's list of names was touched. */
export const directoryStamp = (stats: BigIntStats): string => `${stats.ino} ${stats.ctimeNs}`;

/** The thing itself, links not followed; `undefined` when there is none. Synchronous: ten thousand of these are one step of a sync. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // A parent that is no directory has nothing below it.
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

const HASH_BUFFER_BYTES = 1024 * 1024;

/** The sha256 of a regular file in hex digits, links not followed. */
export function sha256OfFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const hash = createHash("sha256");
    const buffer = sharedBuffer();
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) hash.update(buffer.subarray(0, bytes));
    return hash.digest("hex");
  } finally {
    closeSync(file);
  }
}

let buffer: Buffer | undefined;
const sharedBuffer = (): Buffer => (buffer ??= Buffer.allocUnsafe(HASH_BUFFER_BYTES));
