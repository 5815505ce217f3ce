import { nearestWord } from "../../core/nearest-word.ts";
import { ERROR_CATALOGUE, type ErrorCode } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";

/** `vox explain CODE`. */
export function run(context: CommandContext): Promise<void> {
  const code = parseErrorCode(context.args["CODE"] ?? "");
  const { exit, meaning, hint } = ERROR_CATALOGUE[code];
  printResult(context, {
    document: { code, exit, meaning, hint },
    lines: [`${code}: ${meaning}`, `exit code: ${exit}`, `what to do: ${hint}`],
  });
  return Promise.resolve();
}

const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CATALOGUE, text);

/** Takes a code as people copy it, `error[LOCK_STALE]` too. */
function parseErrorCode(text: string): ErrorCode {
  const code = text
    .replace(/^error\[(.*)\]:?$/i, "$1")
    .toUpperCase()
    .replaceAll("-", "_");
  if (isErrorCode(code)) return code;
  const near = nearestWord(code, Object.keys(ERROR_CATALOGUE));
  const hint = near === undefined ? "see docs/src/reference/errors.md" : `run \`vox explain ${near}\``;
  throw new VoxError("USAGE", `\`${text}\` is not an error code of vox`, { hint });
}
