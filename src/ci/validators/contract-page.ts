import { type FileTexts, lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { codeSpans, pageLines, tableBelow } from "../markdown/page.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("contract-page");
const PAGE = "docs/src/reference/contracts.md";
const ROOT = "contracts/";

export const contractPage: Validator = {
  id: "contract-page",
  statement: "the page of contracts tells of each one its version, what is additive and what needs a new version",
  run: ({ files }) => {
    const page = files.text(PAGE);
    if (page === undefined) return [finding("there is no page of contracts", { file: PAGE })];
    const rows = tableBelow(page, pageLines(page)[0]?.text.replace(/^# /, "") ?? "");
    const told = rows.flatMap(({ cells }) => codeSpans(cells[1] ?? ""));
    return [
      ...contractsIn(files)
        .filter((folder) => !told.some((path) => path.startsWith(folder)))
        .map((folder) => finding(`\`${folder}\` has no row`, { file: PAGE, line: lineOf(page, "| --- |") })),
      ...rows.flatMap(({ cells, line }): readonly Finding[] =>
        [2, 4].every((column) => (cells[column] ?? "") !== "")
          ? []
          : [finding(`\`${cells[0] ?? ""}\` has no version, or nothing that needs a new one`, { file: PAGE, line })],
      ),
    ];
  },
};

/** `contracts/cli/`, and of the vectors each format's own. */
const contractsIn = (files: FileTexts): readonly string[] => [
  ...new Set(files.under(ROOT).flatMap((path) => /^contracts\/(?:vectors\/)?[^/]+\//.exec(path)?.[0] ?? [])),
];
