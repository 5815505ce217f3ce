import type { CommandContext } from "../command-context.ts";
import { printResult } from "../output.ts";
import { cacheKeeperOf } from "./cache-command.ts";

export function run(context: CommandContext): Promise<void> {
  const { dir } = cacheKeeperOf(context);
  printResult(context, { document: { dir }, lines: [dir] });
  return Promise.resolve();
}
