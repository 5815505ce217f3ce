import type { ErrorCode } from "../errors/catalogue.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";

/** Whether the system's error has this code, such as `ENOENT`. */
export const isSystemError = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** A system's error with a code of ours; what has one already, or is no system error, is passed through. */
export function systemFailure(error: unknown, code: ErrorCode, message: string): unknown {
  const isSystem = error instanceof Error && "syscall" in error && !isVoxError(error);
  if (!isSystem) return error;
  const hint = writeHint(error);
  return new VoxError(code, message, { cause: error, ...(hint !== undefined && { hint }) });
}

const NO_ROOM = "make room, for example with `vox pm cache gc --max-size 1GiB`, and run the command again";
const READ_ONLY = "set VOX_CACHE_DIR to a folder that can be written, or make this one writable";

const HINTS: Readonly<Record<string, string>> = { ENOSPC: NO_ROOM, EDQUOT: NO_ROOM, EROFS: READ_ONLY };

/** The way on from a disk that is full or read-only. */
export function writeHint(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return undefined;
  // Node tells of a folder that is made with its parents on a read-only disk as if the parents were missing.
  const madeParents = error.code === "ENOENT" && "syscall" in error && error.syscall === "mkdir";
  return madeParents ? READ_ONLY : HINTS[error.code];
}
