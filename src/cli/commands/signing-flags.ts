import { resolve } from "node:path";
import { isContinuousIntegration } from "../../config/parse-variable.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { SigningWish } from "../../ops/sign-image.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";

/** `--sign-key` or VOX_SIGN_KEY, or `--keyless`, and how the signature is written; nothing when nobody signs. */
export function signingWish({ options, env, cwd }: CommandContext): SigningWish | undefined {
  const keyless = isGiven(options, "keyless");
  const key = textOption(options, "sign-key") ?? (keyless ? "" : (env["VOX_SIGN_KEY"] ?? ""));
  const word = textOption(options, "signature-format");
  const format = word === "legacy" || word === "both" ? word : "bundle";
  refuseContradiction(keyless, key, word);
  if (key === "" && !keyless) return undefined;
  const builder = isContinuousIntegration(env) ? "ci" : "local";
  return { ...(keyless ? {} : { key: resolve(cwd, key) }), format, builder };
}

function refuseContradiction(keyless: boolean, key: string, format = "bundle"): void {
  if (keyless && key !== "")
    throw new VoxError("USAGE", "`--keyless` signs without a key, and `--sign-key` names one", { hint: "give one of them" });
  if (keyless && format !== "bundle")
    throw new VoxError("USAGE", `\`--keyless\` writes bundles, and \`--signature-format ${format}\` asks for another form`, {
      hint: "leave out `--signature-format`",
    });
  if (!keyless && key === "" && format !== "bundle")
    throw new VoxError("USAGE", `\`--signature-format ${format}\` says how to sign, and nothing says with what`, {
      hint: "add `--sign-key FILE`, or set VOX_SIGN_KEY",
    });
}
