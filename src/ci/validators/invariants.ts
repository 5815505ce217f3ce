import type { Finding } from "../finding.ts";
import { codeSpans, tableBelow, type TableRow } from "../markdown/page.ts";
import { NORMATIVE_PAGE } from "../normative-page.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("invariants");

export const invariants: Validator = {
  id: "invariants",
  statement: "each invariant of the normative page has an id of its own, one enforcement home in the code, and a test",
  run: (facts) => {
    const rows = tableBelow(facts.files.text(NORMATIVE_PAGE) ?? "", "Invariants");
    if (rows.length === 0) return [finding("there is no table of invariants", { file: NORMATIVE_PAGE })];
    const ids = rows.map(({ cells }) => cells[0] ?? "");
    return rows.flatMap((row, index) => [
      ...(ids.indexOf(ids[index] ?? "") === index
        ? []
        : [finding(`${ids[index] ?? ""} is there twice`, { file: NORMATIVE_PAGE, line: row.line })]),
      ...rowFaults(row, facts),
    ]);
  },
};

function rowFaults({ cells, line }: TableRow, { files }: ComplianceFacts): readonly Finding[] {
  const [id = "", , home = "", tests = ""] = cells;
  const homes = codeSpans(home).filter((path) => path.startsWith("src/") && files.text(path) !== undefined);
  const shown = codeSpans(tests).filter((path) => path.startsWith("test/") && files.text(path) !== undefined);
  const place = { file: NORMATIVE_PAGE, line };
  return [
    ...(homes.length === 1 && codeSpans(home).length === 1
      ? []
      : [finding(`${id} has not one enforcement home that is there`, place)]),
    ...(shown.length > 0 ? [] : [finding(`no test shows ${id}`, place)]),
  ];
}
