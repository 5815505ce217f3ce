import { deployFields } from "../../contracts/vox-toml-deploy.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

/** `docs/src/reference/deploy-fields.md`. */
export const renderDeployFieldReference = (): string =>
  `${[
    "# Fields of [deploy]",
    generatedNote("src/contracts/vox-toml-deploy.ts"),
    "An *intent* is changed by editing Vox.toml only; of an *override candidate* a flag or a variable may say otherwise. Image fields decide what is in the image, run-time fields how it runs and where it goes. Each may stand in `[deploy.environments.NAME]` too.",
    markdownTable(
      ["field", "meaning", "role", "plane", "status", "overridden by"],
      deployFields().map(({ path, description, role, plane, status, flag, variable }) => [
        `\`${path}\``,
        description,
        role === "intent" ? "intent" : "override candidate",
        plane,
        status,
        [flag, variable].flatMap((name) => (name === undefined ? [] : [`\`${name}\``])).join(", "),
      ]),
    ),
  ].join("\n\n")}\n`;
