import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";

/** `vox commands`. */
export function run(context: CommandContext): Promise<void> {
  const { commands } = context.program.registry;
  const width = Math.max(...commands.map(({ path }) => path.length));
  printResult(context, {
    document: {
      commands: commands.map(({ path, summary, area, status, lane, docs }) => ({ path, summary, area, status, lane, docs })),
    },
    lines: commands.map(({ path, summary }) => `vox ${path.padEnd(width)}  ${summary}`),
  });
  return Promise.resolve();
}
