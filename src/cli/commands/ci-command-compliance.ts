import { runValidators, selectValidators } from "../../ci/command-compliance.ts";
import { fileTextsOf } from "../../ci/file-texts.ts";
import { generatedFiles } from "../../ci/generated-files.ts";
import { FACT_PATHS, NAMED_PATHS, READ_TESTS, type Validator } from "../../ci/validator.ts";
import { VALIDATORS } from "../../ci/validators.ts";
import { laneFrom } from "../../config/lock-mode.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { openCheckout } from "../../runtime/fs-checkout.ts";
import { type CommandContext, isGiven, listOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { describeProgram } from "../program-description.ts";
import { textTable } from "../text-table.ts";
import { findingFormat, printFindings } from "./print-findings.ts";

/** `vox ci command-compliance`. */
export async function run(context: CommandContext): Promise<number> {
  const validators = selectValidators(VALIDATORS, listOption(context.options, "only"));
  if (isGiven(context.options, "list")) return printList(context, validators);
  findingFormat(context);
  const checkout = await openCheckout(context.globals.projectDir);
  const lane = laneFrom(undefined, context.env);
  const names = (await checkout.list(NAMED_PATHS)).map((path) => [path, ""] as const);
  const files = fileTextsOf(new Map([...names, ...(await checkout.readTexts([...FACT_PATHS, ...READ_TESTS]))]));
  const program = describeProgram(context.program);
  const findings = runValidators(
    validators,
    { files, program, generated: generatedFiles(context.program.registry, files) },
    lane,
  );
  return printFindings(context, validators, findings);
}

function printList(context: CommandContext, validators: readonly Validator[]): number {
  const checks = validators.map(({ id, statement, advisoryLocally = false }) => ({ id, statement, advisoryLocally }));
  const local = laneFrom(undefined, context.env) === "local";
  const rows = checks.map(({ id, statement, advisoryLocally }) => [
    id,
    advisoryLocally && local ? "advisory" : "blocking",
    statement,
  ]);
  printResult(context, { document: { checks }, lines: textTable(rows) });
  return EXIT.ok;
}
