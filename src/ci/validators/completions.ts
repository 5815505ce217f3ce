import { declaredRegistry } from "../declared-registry.ts";
import { lineOf } from "../file-texts.ts";
import { errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("completions");

export const completions: Validator = {
  id: "completions",
  statement: "the completions of each shell offer every command and every option",
  run: (facts) => {
    const registry = declaredRegistry(facts);
    if (registry === undefined) return [];
    const words = registry.commands.flatMap(({ path, options }) => [
      { path, word: path.split(" ").at(-1) ?? path },
      ...options.map(({ name }) => ({ path, word: name })),
    ]);
    const text = facts.files.text(REGISTRY_PATH) ?? "";
    return facts.program.completions.flatMap(({ shell, script }) =>
      words
        .filter(({ word }) => !new RegExp(`(?<![\\w-])(?:--)?${word}(?![\\w-])`).test(script))
        .map(({ path, word }) =>
          finding(`the completions for ${shell} do not offer \`${word}\` of \`vox ${path}\``, {
            file: REGISTRY_PATH,
            line: lineOf(text, `- path: ${path}\n`),
          }),
        ),
    );
  },
};
