import { EXIT } from "../../errors/catalogue-entry.ts";
import { firstStaleLine } from "../file-texts.ts";
import { renderExitCodeReference } from "../reference/exit-code-reference.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("exit-codes");
const PAGE = "docs/src/reference/exit-codes.md";

export const exitCodes: Validator = {
  id: "exit-codes",
  statement: "the reference lists each exit code",
  run: ({ files }) => {
    const page = files.text(PAGE);
    if (page === undefined)
      return [finding("there is no reference of the exit codes: run `vox ci docs-sync --write`", { file: PAGE })];
    return Object.values(EXIT)
      .filter((code) => !page.includes(`| ${code} |`))
      .map((code) =>
        finding(`exit code ${code} is not documented`, {
          file: PAGE,
          line: firstStaleLine(page, renderExitCodeReference()),
        }),
      );
  },
};
