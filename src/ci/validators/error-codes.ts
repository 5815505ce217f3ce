import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { firstStaleLine, lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { renderErrorReference } from "../reference/error-reference.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("error-codes");
const PAGE = "docs/src/reference/errors.md";
const CATALOGUE = "src/errors/catalogue.ts";

export const errorCodes: Validator = {
  id: "error-codes",
  statement:
    "the program, its source and the reference know the same error codes, and each is one that the source can end with",
  run: (facts) => [...pageFaults(facts), ...sourceFaults(facts), ...unthrownFaults(facts)],
};

const CODES: readonly string[] = Object.keys(ERROR_CATALOGUE);

function pageFaults({ files }: ComplianceFacts): readonly Finding[] {
  const page = files.text(PAGE);
  if (page === undefined)
    return [finding("there is no reference of the errors: run `vox ci docs-sync --write`", { file: PAGE })];
  const documented = [...page.matchAll(/^## ([A-Z_]+)$/gm)].map((match) => match[1] ?? "");
  return [
    ...CODES.filter((code) => !documented.includes(code)).map((code) =>
      finding(`\`${code}\` is not explained`, { file: PAGE, line: firstStaleLine(page, renderErrorReference()) }),
    ),
    ...documented
      .filter((code) => !CODES.includes(code))
      .map((code) => finding(`\`${code}\` is explained and is no code`, { file: PAGE, line: lineOf(page, `## ${code}\n`) })),
  ];
}

function unthrownFaults({ files }: ComplianceFacts): readonly Finding[] {
  const source = files
    .under("src/")
    .filter((path) => path.endsWith(".ts") && !path.startsWith("src/errors/") && !path.includes("/generated/"))
    .map((path) => files.text(path) ?? "")
    .join("\n");
  const said = new Set([...source.matchAll(/"([A-Z][A-Z_]+)"/g)].map((match) => match[1] ?? ""));
  const catalogue = files.text(CATALOGUE) ?? "";
  return CODES.filter((code) => !said.has(code)).map((code) =>
    finding(`\`${code}\` is in the catalogue and nothing ends with it`, {
      file: CATALOGUE,
      line: lineOf(catalogue, `  ${code}: entry`),
    }),
  );
}

/** A code that was taken out of the source is still in the program that was built before. */
function sourceFaults({ files }: ComplianceFacts): readonly Finding[] {
  const source = files
    .under("src/errors/")
    .map((path) => files.text(path) ?? "")
    .join("\n");
  return CODES.filter((code) => !new RegExp(`^ {2}${code}: entry\\(`, "m").test(source)).map((code) =>
    finding(`\`${code}\` was taken out of the catalogue: codes are permanent`, { file: CATALOGUE }),
  );
}
