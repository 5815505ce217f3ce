import { parsePackageName } from "../../core/package-name.ts";
import { removeDependencies } from "../../ops/remove-dependencies.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { tableOption } from "./add.ts";
import { lockDocument, lockSummary } from "./lock-summary.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const names = (context.argLists["NAME"] ?? []).map(parsePackageName);
  const table = tableOption(context.options);
  const command = await openCommand(context, "edit");
  const result = await removeDependencies(command, { names, ...(table ? { table } : {}) }, command.ports);
  if (context.globals.json) return context.stdout(jsonDocument({ ...lockDocument(result), removed: result.removed }));
  const lines = result.removed.map((entry) => `[${entry.table}] no longer ${entry.name}\n`);
  if (!context.globals.quiet) context.stderr(`${lines.join("")}${lockSummary(lockDocument(result))}`);
}
