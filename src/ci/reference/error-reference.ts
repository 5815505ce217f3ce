import { ERROR_CATALOGUE } from "../../errors/catalogue.ts";
import { generatedNote } from "./generated-note.ts";

/** `docs/src/reference/errors.md`: a heading for each code, by name. */
export const renderErrorReference = (): string =>
  `${[
    "# Errors",
    generatedNote("src/errors/catalogue.ts"),
    "An error is printed as `error[CODE]: what`, then the place, the causes and a hint. Codes are permanent. `vox explain CODE` prints the same.",
    ...Object.entries(ERROR_CATALOGUE)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([code, entry]) => [`## ${code}`, `${entry.meaning} Exit code ${entry.exit}.`, `What to do: ${entry.hint}.`]),
  ].join("\n\n")}\n`;
