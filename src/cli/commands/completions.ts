import type { CommandContext } from "../command-context.ts";
import { bashCompletions } from "../completions/bash.ts";
import { completionTree } from "../completions/completion-tree.ts";
import { fishCompletions } from "../completions/fish.ts";
import { zshCompletions } from "../completions/zsh.ts";
import { jsonDocument } from "../output.ts";

/** `vox completions SHELL`. */
export function run(context: CommandContext): Promise<void> {
  const shell = context.args["SHELL"] ?? "bash";
  const tree = completionTree(context.program.registry);
  const render = shell === "zsh" ? zshCompletions : shell === "fish" ? fishCompletions : bashCompletions;
  const script = render(tree);
  context.stdout(context.globals.json ? jsonDocument({ shell, script }) : script);
  return Promise.resolve();
}
