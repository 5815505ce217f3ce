import { EXIT } from "../../errors/catalogue-entry.ts";
import { type Diagnosis, diagnose } from "../../ops/diagnose.ts";
import { machineDiagnosis } from "../../runtime/fs-diagnosis.ts";
import { INSTALL_POLICY } from "../../toolchain/generated/install-policy.ts";
import { type CommandContext, isGiven } from "../command-context.ts";
import { printResult } from "../output.ts";
import { textTable } from "../text-table.ts";

/** `vox doctor`. */
export async function run(context: CommandContext): Promise<number> {
  const probe = isGiven(context.options, "probe");
  const checks = await diagnose(machineDiagnosis(context), { probe, oldestNode: INSTALL_POLICY.node.minimum });
  const ok = checks.every((check) => check.ok || !check.needed);
  const told = checks.map((check) => ({ ...check, hint: check.hint ?? null }));
  printResult(context, {
    document: { ok, checks: told },
    lines: linesOf(probe ? checks.filter((check) => !check.ok) : checks),
  });
  return ok ? EXIT.ok : EXIT.failed;
}

/** A row for each check, and below what is not well what to do. */
const linesOf = (checks: readonly Diagnosis[]): readonly string[] =>
  textTable(checks.map((check) => [wordOf(check), check.id, check.detail])).flatMap((row, index) => [
    row,
    ...hintOf(checks[index]),
  ]);

const hintOf = (check: Diagnosis | undefined): readonly string[] =>
  check === undefined || check.ok || check.hint === undefined ? [] : [`        hint: ${check.hint}`];

const wordOf = ({ ok, needed }: Diagnosis): string => (ok ? "ok" : needed ? "WRONG" : "absent");
