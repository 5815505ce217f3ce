import { resolve } from "node:path";
import type { VerifyImageOptions } from "../../ops/verify-image.ts";
import { type CommandContext, listOption } from "../command-context.ts";
import { identityOption } from "./identity-option.ts";

/** Whose signatures are believed, as a call says. @throws {VoxError} USAGE */
export function trustOptions(context: CommandContext): Pick<VerifyImageOptions, "keys" | "identity"> {
  const identity = identityOption(context);
  const keys = listOption(context.options, "key").map((path) => resolve(context.cwd, path));
  return { keys, ...(identity && { identity }) };
}
