import { VoxError } from "../errors/vox-error.ts";
import type { Environment } from "./environment-variables.ts";

const TRUE_WORDS = new Set(["1", "true", "yes", "on"]);
const FALSE_WORDS = new Set(["", "0", "false", "no", "off"]);

/**
 * The truth of a variable; unset and empty are false.
 * @throws {VoxError} CONFIG_INVALID
 */
export function parseBooleanVariable(env: Environment, name: string): boolean {
  const word = (env[name] ?? "").trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  if (FALSE_WORDS.has(word)) return false;
  throw new VoxError("CONFIG_INVALID", `\`${name}\` is \`${env[name] ?? ""}\`, which is neither true nor false`, {
    hint: `set ${name}=true, or unset it`,
  });
}

/** Whether this is a continuous-integration job. Services write their own name into `CI`, so every word that is not false is true. */
export const isContinuousIntegration = (env: Environment): boolean => !FALSE_WORDS.has((env["CI"] ?? "").trim().toLowerCase());

/** The items of a comma-separated variable, without blanks and empty ones. */
export const parseListVariable = (env: Environment, name: string): readonly string[] =>
  (env[name] ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** 9999-12-31T23:59:59Z: later times have no RFC 3339 form. */
const LAST_EPOCH_SECONDS = 253_402_300_799;

/**
 * `SOURCE_DATE_EPOCH` in whole seconds; `undefined` when it is unset or empty.
 * @throws {VoxError} CONFIG_INVALID
 */
export function sourceDateEpochSeconds(env: Environment): number | undefined {
  const text = env["SOURCE_DATE_EPOCH"] ?? "";
  if (text === "") return undefined;
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= LAST_EPOCH_SECONDS) return seconds;
  throw new VoxError("CONFIG_INVALID", `\`SOURCE_DATE_EPOCH\` is \`${text}\`, which is not a number of seconds since 1970`, {
    hint: "set SOURCE_DATE_EPOCH to the output of `git log -1 --format=%ct`, or unset it",
  });
}
