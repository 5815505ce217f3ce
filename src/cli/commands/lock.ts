import { lockProject } from "../../ops/lock-project.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { lockDocument, lockSummary } from "./lock-summary.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { project, hold, ports } = await openCommand(context, "lock");
  const result = await lockProject(project, hold, ports);
  if (context.globals.json) return context.stdout(jsonDocument(lockDocument(result)));
  if (!context.globals.quiet) context.stderr(lockSummary(result));
}
