import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { type FileTexts, firstStaleLine, lineOf } from "../file-texts.ts";
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

/** A code that was taken out of the source is still in the program that was built before. */
const sourceFaults = ({ files }: ComplianceFacts): readonly Finding[] =>
  CODES.filter((code) => homeOf(code, files) === undefined).map((code) =>
    finding(`\`${code}\` was taken out of the catalogue: codes are permanent`, { file: CATALOGUE }),
  );

function unthrownFaults({ files }: ComplianceFacts): readonly Finding[] {
  const source = files
    .under("src/")
    .filter((path) => path.endsWith(".ts") && !path.startsWith("src/errors/") && !path.includes("/generated/"))
    .map((path) => files.text(path) ?? "")
    .join("\n");
  const said = new Set([...source.matchAll(/"([A-Z][A-Z_]+)"/g)].map((match) => match[1] ?? ""));
  return CODES.filter((code) => !said.has(code)).map((code) =>
    finding(`\`${code}\` is in the catalogue and nothing ends with it`, homeOf(code, files) ?? { file: CATALOGUE }),
  );
}

/** The file of the catalogue that holds a code, and its line there. */
function homeOf(code: string, files: FileTexts): { readonly file: string; readonly line: number } | undefined {
  for (const file of files.under("src/errors/")) {
    const line = lineOf(files.text(file) ?? "", `\n  ${code}: entry(`);
    if (line !== undefined) return { file, line: line + 1 };
  }
  return undefined;
}
