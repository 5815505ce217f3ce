import { codeSpans, pageLines, tableBelow } from "../markdown/page.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("risks");
const PAGE = "docs/src/architecture/risk-register.md";

export const risks: Validator = {
  id: "risks",
  statement: "each risk of the plan is in the register with a test that guards it",
  run: ({ files }) => {
    const page = files.text(PAGE) ?? "";
    const rows = tableBelow(page, pageLines(page)[0]?.text.replace(/^# /, "") ?? "");
    return [
      ...["R1", "R2", "R3", "R4", "R5"]
        .filter((id) => !rows.some(({ cells }) => cells[0]?.startsWith(`${id}:`) === true))
        .map((id) => finding(`${id} is not in the register`, { file: PAGE })),
      ...rows
        .filter(
          ({ cells }) => !codeSpans(cells[3] ?? "").some((path) => path.startsWith("test/") && files.text(path) !== undefined),
        )
        .map(({ cells, line }) => finding(`no test guards \`${cells[0] ?? ""}\``, { file: PAGE, line })),
    ];
  },
};
