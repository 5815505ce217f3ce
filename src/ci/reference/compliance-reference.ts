import type { Validator } from "../validator.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

/** `docs/src/reference/command-compliance.md`. */
export const renderComplianceReference = (validators: readonly Pick<Validator, "id" | "statement">[]): string =>
  `${[
    "# Command compliance",
    generatedNote("src/ci/validators.ts"),
    "`vox ci command-compliance` runs in a checkout of vox and proves that what it promises, what it does and what it says are one. It ends with 1 when a check finds an error.",
    markdownTable(
      ["check", "holds when nothing is found"],
      validators.map(({ id, statement }) => [`\`${id}\``, statement]),
    ),
    '`--format json` prints `{"ok","findings":[{"id","severity","message","file","line"}]}`, `sarif` a SARIF 2.1.0 log, `github` workflow annotations. `--only ID` runs one check, `--list` lists them.',
  ].join("\n\n")}\n`;
