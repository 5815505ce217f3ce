import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("generated-files");

export const generatedFilesAreFresh: Validator = {
  id: "generated-files",
  statement: "each generated page and schema is as it would be made now",
  run: ({ files, generated }) =>
    generated
      .filter(({ path, text }) => files.text(path) !== text)
      .map(({ path }) =>
        finding(
          files.text(path) === undefined
            ? "the file is not there: run `vox ci docs-sync --write`"
            : "the file is not fresh: run `vox ci docs-sync --write`",
          {
            file: path,
          },
        ),
      ),
};
