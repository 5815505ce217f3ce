import { counted } from "../../core/counted.ts";
import { vendorProject, type VendorResult } from "../../ops/vendor-project.ts";
import { formatBytes } from "../../ui/format-bytes.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { openCommand } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { options, globals } = context;
  const { project, hold, ports } = await openCommand(context, "package");
  const dir = textOption(options, "dir") ?? "vendor";
  const result = await vendorProject(project, { hold, dir, baseImages: isGiven(options, "base-images") }, ports);
  if (globals.json) return context.stdout(jsonDocument(result));
  if (!globals.quiet) context.stderr(summary(result));
}

const summary = ({ out, packages, baseImages, bytes }: VendorResult): string =>
  `${out} holds ${counted(packages, "package")}` +
  `${baseImages > 0 ? ` and ${counted(baseImages, "base image")}` : ""}: ${formatBytes(bytes)}\n`;
