import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

/** `docs/src/reference/env-vars.md`. */
export const renderEnvironmentReference = (): string =>
  `${[
    "# Environment variables",
    generatedNote("src/config/environment-variables.ts"),
    "Of a flag, a variable and the lane the strictest wins. A switch is true as `1`, `true`, `yes` or `on`, and false as `0`, `false`, `no`, `off` or empty.",
    markdownTable(
      ["variable", "meaning", "default"],
      ENVIRONMENT_VARIABLES.map(({ name, meaning, defaultText }) => [`\`${name}\``, meaning, defaultText]),
    ),
  ].join("\n\n")}\n`;
