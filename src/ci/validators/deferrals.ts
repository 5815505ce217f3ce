import { tableBelow } from "../markdown/page.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("deferrals");
export const REGISTER_PAGE = "docs/src/architecture/deferral-register.md";

/** What the plan deferred, by a word that its row has to have. */
const ITEMS = [
  "OCI artifacts for every class",
  "Windows containers",
  "Kubernetes",
  "WASI",
  "artifact infrastructure",
  "layering",
  "package universe",
];

export const deferrals: Validator = {
  id: "deferrals",
  statement:
    "everything that the plan deferred is in the register, and every item there has something in its place and a trigger",
  run: ({ files }) => {
    const page = files.text(REGISTER_PAGE) ?? "";
    const planned = tableBelow(page, "Of the plan");
    const rows = [...planned, ...tableBelow(page, "Found on the way")];
    return [
      ...ITEMS.filter((item) => !planned.some(({ cells }) => cells[0]?.includes(item) === true)).map((item) =>
        finding(`\`${item}\` is not in the register`, { file: REGISTER_PAGE }),
      ),
      ...rows
        .filter(({ cells }) => cells.length !== 3 || cells.some((cell) => cell === ""))
        .map(({ cells, line }) =>
          finding(`\`${cells[0] ?? ""}\` has no trigger, or nothing in its place`, { file: REGISTER_PAGE, line }),
        ),
    ];
  },
};
