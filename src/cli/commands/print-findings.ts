import { type Finding, passes } from "../../ci/finding.ts";
import { FINDING_FORMATS, type FindingFormat, formatFindings } from "../../ci/formats/format-findings.ts";
import type { Report } from "../../ci/formats/report.ts";
import { PROGRAM_VERSION } from "../../config/generated/version.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { type CommandContext, textOption } from "../command-context.ts";

/** Prints what a gate found, as `--format` asks; the exit code says whether it passes. */
export function printFindings(context: CommandContext, validators: Report["validators"], findings: readonly Finding[]): number {
  context.stdout(formatFindings(findingFormat(context), { validators, findings, toolVersion: PROGRAM_VERSION }));
  return passes(findings) ? EXIT.ok : EXIT.failed;
}

/** @throws {VoxError} USAGE when `--json` and `--format` contradict each other */
export function findingFormat({ options, globals }: CommandContext): FindingFormat {
  const word = textOption(options, "format");
  const format = FINDING_FORMATS.find((known) => known === word) ?? "text";
  if (!globals.json || format === "json") return format;
  if (format === "text") return "json";
  throw new VoxError("USAGE", `\`--json\` and \`--format ${format}\` ask for two documents`, { hint: "give one of them" });
}
