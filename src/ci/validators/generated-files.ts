import { firstStaleLine } from "../file-texts.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("generated-files");

export const generatedFilesAreFresh: Validator = {
  id: "generated-files",
  statement: "each generated page and schema is as it would be made now",
  run: ({ files, generated }) =>
    generated.flatMap(({ path, text }) => {
      const present = files.text(path);
      if (present === text) return [];
      const what = present === undefined ? "there" : "fresh";
      const line = present === undefined ? 1 : firstStaleLine(present, text);
      return [finding(`the file is not ${what}: run \`vox ci docs-sync --write\``, { file: path, line })];
    }),
};
