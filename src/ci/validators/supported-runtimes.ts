import { codeSpans, tableBelow } from "../markdown/page.ts";
import { NORMATIVE_PAGE } from "../normative-page.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("supported-runtimes");
const HEADING = "Runtimes and their caveats";

export const supportedRuntimes: Validator = {
  id: "supported-runtimes",
  statement: "a runtime or target is called supported only where a system test that is there deploys to it",
  run: ({ files }) => {
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
  },
};
