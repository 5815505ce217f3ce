import { runValidators, selectValidators } from "../../ci/command-compliance.ts";
import { fileTextsOf } from "../../ci/file-texts.ts";
import { passes } from "../../ci/finding.ts";
import { FINDING_FORMATS, type FindingFormat, formatFindings } from "../../ci/formats/format-findings.ts";
import { FACT_FOLDERS, type Validator } from "../../ci/validator.ts";
import { VALIDATORS } from "../../ci/validators.ts";
import { PROGRAM_VERSION } from "../../config/generated/version.ts";
import { EXIT } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { openCheckout } from "../../runtime/fs-checkout.ts";
import { type CommandContext, isGiven, listOption, textOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { describeProgram } from "../program-description.ts";

/** `vox ci command-compliance`. */
export async function run(context: CommandContext): Promise<number> {
  const validators = selectValidators(VALIDATORS, listOption(context.options, "only"));
  if (isGiven(context.options, "list")) return printList(context, validators);
  const format = formatAskedFor(context);
  const checkout = await openCheckout(context.globals.projectDir);
  const files = fileTextsOf(await checkout.readTexts(FACT_FOLDERS));
  const program = describeProgram(context.program);
  const findings = runValidators(validators, { files, program });
  context.stdout(formatFindings(format, { validators, findings, toolVersion: PROGRAM_VERSION }));
  return passes(findings) ? EXIT.ok : EXIT.failed;
}

function printList(context: CommandContext, validators: readonly Validator[]): number {
  const checks = validators.map(({ id, statement }) => ({ id, statement }));
  printResult(context, { document: { checks }, lines: checks.map(({ id, statement }) => `${id}  ${statement}`) });
  return EXIT.ok;
}

function formatAskedFor({ options, globals }: CommandContext): FindingFormat {
  const word = textOption(options, "format");
  const format = FINDING_FORMATS.find((known) => known === word) ?? "text";
  if (!globals.json || format === "json") return format;
  if (format === "text") return "json";
  throw new VoxError("USAGE", `\`--json\` and \`--format ${format}\` ask for two documents`, { hint: "give one of them" });
}
