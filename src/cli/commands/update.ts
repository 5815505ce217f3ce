import { updateLock } from "../../ops/update-lock.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { lockDocument, lockSummary } from "./lock-summary.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { project, hold, ports } = await openCommand(context, "edit");
  const { argLists, options } = context;
  const precise = textOption(options, "precise");
  const wish = {
    names: argLists["NAME"] ?? [],
    baseImages: isGiven(options, "base-images"),
    ...(precise === undefined ? {} : { precise }),
  };
  const result = await updateLock(project, wish, hold, ports);
  if (context.globals.json) return context.stdout(jsonDocument(lockDocument(result)));
  if (!context.globals.quiet) context.stderr(lockSummary(lockDocument(result)));
}
