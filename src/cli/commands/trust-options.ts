import { resolve } from "node:path";
import type { VerifyImageOptions } from "../../ops/verify-image.ts";
import { type CommandContext, listOption } from "../command-context.ts";
import { identityOption } from "./identity-option.ts";

/** Whose signatures are believed, as a call says. @throws {VoxError} USAGE */
export function trustOptions(context: CommandContext): Pick<VerifyImageOptions, "keys" | "identity"> {
  const identity = identityOption(context);
  return { keys: keysOption(context), ...(identity && { identity }) };
}

/** `--key`: absolute paths of public keys. */
export const keysOption = ({ options, cwd }: CommandContext): readonly string[] =>
  listOption(options, "key").map((path) => resolve(cwd, path));
