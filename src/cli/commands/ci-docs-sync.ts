import { fileTextsOf } from "../../ci/file-texts.ts";
import type { Finding } from "../../ci/finding.ts";
import { findingsDocument } from "../../ci/formats/format-findings.ts";
import { generatedFiles, staleFiles, stalenessFindings } from "../../ci/generated-files.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { openCheckout } from "../../runtime/fs-checkout.ts";
import { type CommandContext, isGiven } from "../command-context.ts";
import { printResult } from "../output.ts";
import { findingFormat, printFindings } from "./print-findings.ts";

const FOLDERS = ["contracts", "docs/src"] as const;
const CHECK = { id: "docs-sync", statement: "each generated page and schema is as it would be made now" };

/** `vox ci docs-sync`. */
export async function run(context: CommandContext): Promise<number> {
  const writes = isGiven(context.options, "write");
  if (writes && isGiven(context.options, "check")) {
    throw new VoxError("USAGE", "`--check` and `--write` contradict each other", { hint: "give one of them" });
  }
  findingFormat(context);
  const checkout = await openCheckout(context.globals.projectDir);
  const present = fileTextsOf(await checkout.readTexts(FOLDERS));
  const stale = staleFiles(generatedFiles(context.program.registry, present), present);
  if (!writes) return tellStale(context, stalenessFindings(stale, present));
  for (const { path, text } of stale) {
    await checkout.write(path, text);
    context.onEvent({ kind: "step", message: `wrote ${path}` });
  }
  printResult(context, { document: findingsDocument([]), lines: [] });
  return EXIT.ok;
}

function tellStale(context: CommandContext, findings: readonly Finding[]): number {
  const exitCode = printFindings(context, [CHECK], findings);
  if (findings.length > 0) context.stderr("hint: run `vox ci docs-sync --write`\n");
  return exitCode;
}
