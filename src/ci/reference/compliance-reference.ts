import type { Validator } from "../validator.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

/** `docs/src/reference/command-compliance.md`. */
export const renderComplianceReference = (
  validators: readonly Pick<Validator, "id" | "statement" | "advisoryLocally">[],
): string =>
  `${[
    "# Command compliance",
    generatedNote("src/ci/validators.ts"),
    "`vox ci command-compliance` runs in a checkout of vox and proves that what it promises, what it does and what it says are one. It needs no `.git` and no network. What a check finds is advisory (told, exit 0) or blocking (exit 1) by the [lane](vox-portability-ssot.md#lock-semantics-by-lane). Outside a checkout of vox it ends with `CHECKOUT_MISSING`; the gate for projects is `vox ci portability`, see [policy](policy.md).",
    markdownTable(
      ["check", "holds when nothing is found", "`local`", "`ci`, `release`"],
      validators.map(({ id, statement, advisoryLocally = false }) => [
        `\`${id}\``,
        statement,
        advisoryLocally ? "advisory" : "blocking",
        "blocking",
      ]),
    ),
    '`--format json` prints `{"ok","findings":[{"id","severity","message","file","line"}]}`, `sarif` a SARIF 2.1.0 log, `github` workflow annotations. `--only ID` runs one check, `--list` lists them.',
  ].join("\n\n")}\n`;
