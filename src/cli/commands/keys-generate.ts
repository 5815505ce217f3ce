import { resolve } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import { generateKeys } from "../../ops/generate-keys.ts";
import { type CommandContext, textOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const out = textOption(context.options, "out");
  if (out === undefined || out === "")
    throw new VoxError("USAGE", "`vox keys generate` writes two files and is not told where", {
      hint: "run `vox keys generate --out PREFIX`",
    });
  const keys = await generateKeys(resolve(context.cwd, out), runtimeOf(context));
  if (!context.globals.quiet)
    context.stderr(`keep ${keys.privateKey} to yourself, and give ${keys.publicKey} to whoever verifies\n`);
  printResult(context, { document: keys, lines: [keys.publicKey] });
}
