import { basename, resolve } from "node:path";
import { initProject } from "../../ops/init-project.ts";
import { type CommandContext, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, args, globals } = context;
  const dir = resolve(globals.projectDir, args["DIR"] ?? ".");
  const result = await initProject(
    { dir, name: textOption(options, "name"), folderName: basename(dir), kind: textOption(options, "kind") },
    runtimeOf(context),
  );
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr(`wrote ${result.created.join(", ")}: ${result.kind} \`${result.name}\`\n`);
}
