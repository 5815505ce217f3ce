import { declaredRegistry } from "../declared-registry.ts";
import { deferredTargets } from "../deferred-targets.ts";
import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { codeSpans, tableBelow } from "../markdown/page.ts";
import { NORMATIVE_PAGE } from "../normative-page.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";
import { REGISTER_PAGE } from "./deferrals.ts";

const finding = errorsOf("supported-runtimes");
const HEADING = "Runtimes and their caveats";

export const supportedRuntimes: Validator = {
  id: "supported-runtimes",
  statement:
    "a runtime or target is called supported only where a system test that is there deploys to it, and a target that `vox deploy` does not take is in the deferral register",
  run: (facts) => [...standingFaults(facts), ...targetFaults(facts)],
};

function standingFaults({ files }: ComplianceFacts): readonly Finding[] {
  const rows = tableBelow(files.text(NORMATIVE_PAGE) ?? "", HEADING);
  if (rows.length === 0) return [finding(`there is no table below \`${HEADING}\``, { file: NORMATIVE_PAGE })];
  return rows
    .filter(({ cells }) => cells[1] === "supported")
    .filter(
      ({ cells }) =>
        !codeSpans(cells[2] ?? "").some((path) => path.startsWith("test/system/") && files.text(path) !== undefined),
    )
    .map(({ cells, line }) =>
      finding(`\`${cells[0] ?? ""}\` is called supported, and no system test shows it`, { file: NORMATIVE_PAGE, line }),
    );
}

/** What Vox.toml may ask for and `vox deploy` refuses is deferred, by its name. */
function targetFaults(facts: ComplianceFacts): readonly Finding[] {
  const registry = declaredRegistry(facts);
  if (registry === undefined) return [];
  const page = facts.files.text(REGISTER_PAGE) ?? "";
  const deferred = new Set(tableBelow(page, "Found on the way").flatMap(({ cells }) => codeSpans(cells[0] ?? "")));
  const place = { file: REGISTER_PAGE, line: lineOf(page, "## Found on the way") };
  return deferredTargets(registry)
    .filter((target) => !deferred.has(target))
    .map((target) => finding(`\`vox deploy\` does not take the target \`${target}\`, which is not deferred`, place));
}
