import { canonicalJson } from "../../core/canonical-json.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { chosenMember } from "../../ops/open-project.ts";
import { projectSbom } from "../../ops/project-sbom.ts";
import type { SbomFormat } from "../../ops/sbom-documents.ts";
import { type CommandContext, textOption } from "../command-context.ts";
import type { ProjectCommand } from "./project-command.ts";

/** One line of canonical JSON, so that equal projects give equal bytes. */
export async function printSbom(context: CommandContext, command: ProjectCommand, format: SbomFormat): Promise<void> {
  const shape = ["depth", "invert"].find((name) => textOption(context.options, name) !== undefined);
  if (shape !== undefined)
    throw new VoxError("USAGE", `\`--sbom\` and \`--${shape}\` ask for two documents`, { hint: "give one of them" });
  const { project, choice, hold, ports } = command;
  const member = chosenMember(project, choice);
  context.stdout(`${canonicalJson(await projectSbom(project, { member, format, hold }, ports))}\n`);
}
