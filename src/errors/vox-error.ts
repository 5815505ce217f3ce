import { type ExitCode } from "./catalogue-entry.ts";
import { ERROR_CATALOGUE, type ErrorCode } from "./catalogue.ts";

/** Where in the user's input the fault is: `Vox.toml:12:3`. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface VoxErrorOptions {
  readonly place?: Place;
  /** What the user can run or write to go on. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A failure with a permanent code; its exit code follows from the code (contracts, §8). */
export class VoxError extends Error {
  override readonly name = "VoxError";
  readonly code: ErrorCode;
  readonly place: Place | undefined;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: VoxErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.place = options.place;
    this.hint = options.hint ?? ERROR_CATALOGUE[code].hint;
  }

  get exitCode(): ExitCode {
    return ERROR_CATALOGUE[this.code].exit;
  }
}

export const isVoxError = (error: unknown, code?: ErrorCode): error is VoxError =>
  error instanceof VoxError && (code === undefined || error.code === code);

export const formatPlace = (place: Place): string =>
  [place.file, place.line, place.line === undefined ? undefined : place.column].filter((part) => part !== undefined).join(":");
