import { counted } from "../../core/counted.ts";
import { type IndexResult, rebuildIndex } from "../../ops/index-registry.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { openRegistryCommand } from "./registry-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { globals } = context;
  const { registries, registry, ports } = await openRegistryCommand(context);
  const result = await rebuildIndex(registries, registry, ports);
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr(summary(result));
}

const summary = ({ reference, packages, versions }: IndexResult): string =>
  `wrote ${reference}: ${counted(versions, "version")} of ${counted(packages, "package")}\n`;
