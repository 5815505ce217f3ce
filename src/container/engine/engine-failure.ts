import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { isNoSpace, MAKE_ROOM } from "./no-space.ts";

/** An engine's refusal as a coded error: `the engine does not start container `a`: port is already allocated`. */
export function engineFailure(what: string, error: unknown): VoxError {
  if (isVoxError(error)) return error;
  const reason = reasonOf(error);
  return new VoxError("ENGINE_FAILED", `the engine ${what}: ${reason}`, { cause: error, ...(isNoSpace(reason) && MAKE_ROOM) });
}

/** The engine's own words, else the connection's error code, else the message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = "json" in error && hasMessage(error.json) ? error.json.message : undefined;
  if (message !== undefined) return message.trim();
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.message.replace(HTTP_PREFIX, "").trim();
}

/** What the library puts before the engine's words where an answer would have been a stream. */
const HTTP_PREFIX = /^\(HTTP code \d+\) [^-]*- /;

/** Whether the engine says that there is no such thing. */
export const isNotFound = (error: unknown): boolean =>
  error instanceof Error && "statusCode" in error && error.statusCode === 404;

const hasMessage = (value: unknown): value is { readonly message: string } =>
  typeof value === "object" && value !== null && "message" in value && typeof value.message === "string";

/** Whether the container's runtime may not give the limits that the engine asked for. */
export const isLimitRefused = (error: unknown): boolean => /\brlimit/i.test(reasonOf(error));
