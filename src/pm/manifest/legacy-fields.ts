import type { ContainerTable, DeployEnvironmentTable, DeployTable } from "../../contracts/vox-toml-deploy.ts";
import { type ManifestSource, placeOf } from "./manifest-fault.ts";
import type { ManifestWarning } from "./manifest-warning.ts";

interface LegacyField {
  readonly path: readonly string[];
  readonly replacement: string;
}

/** One warning for each legacy field that is written, naming what replaces it (contracts, §2). */
export function legacyWarnings(source: ManifestSource, deploy: DeployTable | undefined): ManifestWarning[] {
  if (deploy === undefined) return [];
  const environments = Object.entries(deploy.environments ?? {});
  const fields = [
    ...legacyFields(deploy, ["deploy"]),
    ...environments.flatMap(([name, table]) => legacyFields(table, ["deploy", "environments", name])),
  ];
  return fields.map(({ path, replacement }) => ({
    code: "MANIFEST_LEGACY",
    message: `\`${path.join(".")}\` is the older name of \`${replacement}\``,
    hint: `write \`${replacement}\` instead`,
    place: placeOf(source, path),
  }));
}

function legacyFields(table: DeployEnvironmentTable, at: readonly string[]): LegacyField[] {
  const moved = (from: readonly string[], to: readonly string[]): LegacyField => ({
    path: [...at, ...from],
    replacement: [...at, ...to].join("."),
  });
  return [
    ...(table.image_name === undefined ? [] : [moved(["image_name"], ["container", "image_name"])]),
    ...(table.registry === undefined ? [] : [moved(["registry"], ["container", "registry"])]),
    ...(table.kubernetes?.cluster === undefined ? [] : [moved(["kubernetes", "cluster"], ["kubernetes", "context"])]),
  ];
}

/** The container table of `[deploy]` or of one environment: legacy fields stand in where it says nothing itself. */
export const currentContainer = ({ image_name, registry, container }: DeployEnvironmentTable): ContainerTable => ({
  ...(image_name === undefined ? {} : { image_name }),
  ...(registry === undefined ? {} : { registry }),
  ...container,
});
