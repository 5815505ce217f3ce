import { provenanceFindings } from "../../ci/pm-provenance.ts";
import { readProvenance } from "../../ops/read-provenance.ts";
import { PROVENANCE_CHECKS } from "../../policy/provenance/check-provenance.ts";
import { type CommandContext, isGiven } from "../command-context.ts";
import { findingFormat, printFindings } from "./print-findings.ts";
import { openCommand } from "./project-command.ts";

/** `vox ci pm-provenance`. */
export async function run(context: CommandContext): Promise<number> {
  findingFormat(context);
  const { project, ports } = await openCommand(context, "edit");
  const findings = provenanceFindings(await readProvenance(project, ports), { strict: isGiven(context.options, "strict") });
  return printFindings(context, PROVENANCE_CHECKS, findings);
}
