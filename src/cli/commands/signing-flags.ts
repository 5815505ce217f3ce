import { resolve } from "node:path";
import { isContinuousIntegration } from "../../config/parse-variable.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { SigningWish } from "../../ops/sign-image.ts";
import { type CommandContext, textOption } from "../command-context.ts";

/** `--sign-key` or VOX_SIGN_KEY, and how the signature is written; nothing when nobody signs. */
export function signingWish({ options, env, cwd }: CommandContext): SigningWish | undefined {
  const key = textOption(options, "sign-key") ?? env["VOX_SIGN_KEY"] ?? "";
  const format = textOption(options, "signature-format");
  if (key !== "") {
    const builder = isContinuousIntegration(env) ? "ci" : "local";
    return { key: resolve(cwd, key), format: format === "legacy" || format === "both" ? format : "bundle", builder };
  }
  if (format === undefined || format === "bundle") return undefined;
  throw new VoxError("USAGE", `\`--signature-format ${format}\` says how to sign, and nothing says with what`, {
    hint: "add `--sign-key FILE`, or set VOX_SIGN_KEY",
  });
}
