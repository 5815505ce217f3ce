import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import type { CommandRegistry } from "../../contracts/command-registry.ts";
import { deployFields } from "../../contracts/vox-toml-deploy.ts";
import { deferredTargets } from "../deferred-targets.ts";
import { markdownTable } from "./generated-note.ts";

/** `docs/src/architecture/public-contract-inventory.md`: what other people's programs touch, and what nothing points to. */
export const renderContractInventory = (registry: CommandRegistry): string =>
  `${[
    "# Inventory of the public contract",
    "*Analytical. Made from the program's own lists by `vox ci docs-sync --write`: edit those, not this page. What vox promises is in the [reference](../reference/vox-portability-ssot.md), how contracts change in [contracts](../reference/contracts.md).*",
    "## Surfaces",
    markdownTable(["surface", "authority", "page"], SURFACES),
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

const SURFACES: readonly (readonly string[])[] = [
  ["commands, arguments, options", "`contracts/cli/command-registry.yaml`", "[commands](../reference/cli.md)"],
  ["`Vox.toml`", "`contracts/manifest/vox-toml.schema.json`", "[Vox.toml](../reference/vox-toml.md)"],
  ["fields of [deploy]", "`src/contracts/vox-toml-deploy.ts`", "[fields](../reference/deploy-fields.md)"],
  ["`vox.lock`", "`contracts/lockfile/vox-lock.schema.json`", "[vox.lock](../reference/vox-lock.md)"],
  ["the handoff", "`contracts/handoff/materialized-project.schema.json`", "[handoff](../reference/handoff.md)"],
  [
    "packages and registries",
    "`contracts/vectors/`",
    "[archive](../reference/package-archive.md), [registries](../reference/registries.md)",
  ],
  [
    "images, and what is attached",
    "`contracts/vectors/image/`",
    "[image](../reference/image.md), [signing](../reference/signing.md)",
  ],
  ["variables", "`src/config/environment-variables.ts`", "[variables](../reference/env-vars.md)"],
  [
    "error and exit codes",
    "`src/errors/catalogue.ts`",
    "[errors](../reference/errors.md), [exit codes](../reference/exit-codes.md)",
  ],
  ["`--json` documents", "`contracts/output/`", "[contracts](../reference/contracts.md)"],
  ["invariants and lanes", "`contracts/policy/portability-policy.yaml`", "[policy](../reference/policy.md)"],
  ["the tool itself", "`contracts/install/install-policy.yaml`", "[toolchain](../reference/toolchain.md)"],
];

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
    `Tables of [deploy] that are validated, and that no command acts on yet; what would change that is in the [deferral register](deferral-register.md): ${list(deferredTargets(registry).map((target) => `deploy.${target}`))}.`,
    `Commands that are not stable: ${list(registry.commands.filter(({ status }) => status !== "stable").map(({ path }) => `vox ${path}`))}.`,
  ];
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ");
