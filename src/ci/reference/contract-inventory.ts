import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import type { CommandRegistry } from "../../contracts/command-registry.ts";
import { outputJsonSchemas } from "../../contracts/output.ts";
import { deployFields } from "../../contracts/vox-toml-deploy.ts";
import { ERROR_CATALOGUE, EXIT } from "../../errors/catalogue.ts";
import { markdownTable } from "./generated-note.ts";

/** `docs/src/architecture/public-contract-inventory.md`: what other people's programs touch, counted, and what nothing points to. */
export const renderContractInventory = (registry: CommandRegistry): string =>
  `${[
    "# Inventory of the public contract",
    "*Analytical. Made from the program's own lists by `vox ci docs-sync --write`: edit those, not this page. What vox promises is in the [reference](../reference/vox-portability-ssot.md), how contracts change in [contracts](../reference/contracts.md).*",
    "## Surfaces",
    markdownTable(["surface", "how many", "authority", "page"], surfaces(registry)),
    "## Commands of deployment and trust",
    markdownTable(
      ["command", "lane", "status", "variables"],
      registry.commands.filter(({ area }) => area === "applications").map(rowOf),
    ),
    "## Orphans",
    "A surface that nothing else points to. Each has a reason to be, or goes.",
    ...orphans(registry),
  ].join("\n\n")}\n`;

const rowOf = ({ path, lane, status, environment }: CommandRegistry["commands"][number]): readonly string[] => [
  `\`vox ${path}\``,
  lane,
  status,
  environment.map((name) => `\`${name}\``).join(" "),
];

const surfaces = (registry: CommandRegistry): readonly (readonly string[])[] => [
  ["commands", count(registry.commands), "`contracts/cli/command-registry.yaml`", "[commands](../reference/cli.md)"],
  ["options", count(registry.commands.flatMap(({ options }) => options)), "the same", "the same"],
  [
    "fields of [deploy]",
    count(deployFields()),
    "`src/contracts/vox-toml-deploy.ts`",
    "[fields](../reference/deploy-fields.md)",
  ],
  ["variables", count(ENVIRONMENT_VARIABLES), "`src/config/environment-variables.ts`", "[variables](../reference/env-vars.md)"],
  ["error codes", count(Object.keys(ERROR_CATALOGUE)), "`src/errors/catalogue.ts`", "[errors](../reference/errors.md)"],
  ["exit codes", count(Object.keys(EXIT)), "the same", "[exit codes](../reference/exit-codes.md)"],
  [
    "`--json` documents",
    count([...outputJsonSchemas().keys()]),
    "`contracts/output/`",
    "[contracts](../reference/contracts.md)",
  ],
];

const count = (list: readonly unknown[]): string => String(list.length);

function orphans(registry: CommandRegistry): readonly string[] {
  const named = new Set(
    registry.commands.flatMap(({ environment, options }) => [
      ...environment,
      ...options.flatMap((option) => option.environment ?? []),
    ]),
  );
  const variables = ENVIRONMENT_VARIABLES.filter(({ name }) => !named.has(name));
  const legacy = deployFields().filter(({ status }) => status !== "current");
  return [
    `Variables that no command names, since all read them or a library does: ${list(variables.map(({ name }) => name))}.`,
    `Fields that are still read and have a successor: ${list(legacy.map(({ path }) => path))}.`,
    `Commands that are not stable: ${list(registry.commands.filter(({ status }) => status !== "stable").map(({ path }) => `vox ${path}`))}.`,
  ];
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ");
