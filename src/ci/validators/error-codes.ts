import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { lineOf } from "../file-texts.ts";
import { renderErrorReference } from "../reference/error-reference.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("error-codes");
const PAGE = "docs/src/reference/errors.md";

export const errorCodes: Validator = {
  id: "error-codes",
  statement: "the reference explains each error code of the catalogue and no other",
  run: ({ files }) => {
    const page = files.text(PAGE);
    if (page === undefined)
      return [finding("there is no reference of the errors: run `vox ci docs-sync --write`", { file: PAGE })];
    const documented = new Set([...page.matchAll(/^## ([A-Z_]+)$/gm)].map((match) => match[1] ?? ""));
    const codes = new Set<string>(Object.keys(ERROR_CATALOGUE));
    return [
      ...[...codes]
        .filter((code) => !documented.has(code))
        .map((code) => finding(`\`${code}\` is not explained`, { file: PAGE })),
      ...[...documented]
        .filter((code) => !codes.has(code))
        .map((code) => finding(`\`${code}\` is explained and is no code`, { file: PAGE, line: lineOf(page, `## ${code}\n`) })),
      ...(page === renderErrorReference()
        ? []
        : [finding("the page is not fresh: run `vox ci docs-sync --write`", { file: PAGE })]),
    ];
  },
};
