import type { ErrorCode } from "../errors/catalogue.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";

/** Whether the system's error has this code, such as `ENOENT`. */
export const isSystemError = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** A system's error with a code of ours; what has one already, or is no system error, is passed through. */
export function systemFailure(error: unknown, code: ErrorCode, message: string): unknown {
  const isSystem = error instanceof Error && "syscall" in error && !isVoxError(error);
  return isSystem ? new VoxError(code, message, { cause: error }) : error;
}
