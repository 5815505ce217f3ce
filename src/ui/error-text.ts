import { formatPlace, isVoxError, type VoxError } from "../errors/vox-error.ts";
import type { Paint } from "./colour.ts";

/** A cause chain longer than this tells nothing more. */
const MAX_CAUSES = 8;

/** What went wrong below, outermost first, one phrase each. */
export function causesOf(error: Error): readonly string[] {
  const causes: string[] = [];
  let cause: unknown = error.cause;
  while (cause !== undefined && cause !== null && causes.length < MAX_CAUSES) {
    const phrase = phraseOf(cause);
    if (phrase !== causes.at(-1)) causes.push(phrase);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

/** Several failures at once have no message of their own: Node's connection errors come so. */
function phraseOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(phraseOf).join("; ");
  if (isVoxError(cause)) return `${cause.message} [${cause.code}]`;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/**
 * An error for people, contracts §8: `error[CODE]: what`, the place, the cause chain, the hint. Ends in a newline.
 * With `verbose` the stack of a bug follows.
 */
export function renderError(error: VoxError, options: { readonly paint: Paint; readonly verbose: boolean }): string {
  const { paint } = options;
  const lines = [
    `${paint("error", `error[${error.code}]:`)} ${error.message}`,
    ...(error.place ? [`  ${paint("place", "-->")} ${formatPlace(error.place)}`] : []),
    ...causesOf(error).map((cause) => `  ${paint("faint", "caused by:")} ${indented(cause)}`),
    `${paint("hint", "hint:")} ${error.hint}`,
    ...(options.verbose ? stackLines(error, paint) : []),
  ];
  return `${lines.join("\n")}\n`;
}

const indented = (text: string): string => text.replaceAll("\n", "\n    ");

function stackLines(error: VoxError, paint: Paint): readonly string[] {
  const origin = error.code === "INTERNAL" && error.cause instanceof Error ? error.cause : error;
  return (origin.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .map((line) => paint("faint", line));
}

/** The document that stands for a failure with `--json` (contracts, §8). */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly causes: readonly string[];
    readonly place?: { readonly file: string; readonly line?: number; readonly column?: number };
  };
}

export const errorDocument = (error: VoxError): ErrorDocument => ({
  error: {
    code: error.code,
    message: error.message,
    hint: error.hint,
    causes: causesOf(error),
    ...(error.place ? { place: error.place } : {}),
  },
});
