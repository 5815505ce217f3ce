import { deployFields } from "../../contracts/vox-toml-deploy.ts";
import { generatedNote, markdownTable } from "./generated-note.ts";

type DeployField = ReturnType<typeof deployFields>[number];

/** `docs/src/reference/deploy-fields.md`: a table for each table of the manifest. */
export const renderDeployFieldReference = (): string =>
  `${[
    "# Fields of [deploy]",
    generatedNote("src/contracts/vox-toml-deploy.ts"),
    "An *intent* is changed by editing Vox.toml only; of an *override candidate* a flag or a variable may say otherwise. Image fields decide what is in the image, run-time fields how it runs and where it goes. Each may stand in `[deploy.environments.NAME]` too, where an image field makes another image for that environment.",
    ...[...byTable(deployFields())].flatMap(([table, fields]) => [`## [${table}]`, tableOf(fields)]),
  ].join("\n\n")}\n`;

/** Fields by the table that they stand in; `[deploy]` names its tables too. */
function byTable(fields: readonly DeployField[]): ReadonlyMap<string, readonly DeployField[]> {
  const tables = new Map<string, DeployField[]>();
  for (const field of fields) {
    const table = field.path.split(".").slice(0, -1).join(".");
    tables.set(table, [...(tables.get(table) ?? []), field]);
  }
  return tables;
}

const tableOf = (fields: readonly DeployField[]): string =>
  markdownTable(
    ["field", "meaning", "role", "plane", "status", "overridden by"],
    fields.map(({ path, description, role, plane, status, flag, variable }) => [
      `\`${path}\``,
      description,
      role === "intent" ? "intent" : "override candidate",
      plane,
      status,
      [flag, variable].flatMap((name) => (name === undefined ? [] : [`\`${name}\``])).join(", "),
    ]),
  );
