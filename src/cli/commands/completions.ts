import type { CommandContext } from "../command-context.ts";
import { completionScript, SHELLS } from "../completions/completion-script.ts";
import { jsonDocument } from "../output.ts";

/** `vox completions SHELL`. */
export function run(context: CommandContext): Promise<void> {
  const shell = SHELLS.find((known) => known === context.args["SHELL"]) ?? "bash";
  const script = completionScript(shell, context.program.registry);
  context.stdout(context.globals.json ? jsonDocument({ shell, script }) : script);
  return Promise.resolve();
}
