import type { DeployEnvironmentTable } from "../../contracts/vox-toml-deploy.ts";
import { parseDurationMs } from "../../core/duration.ts";
import type { ComposeIntent } from "../../project/compose-intent.ts";
import { mergeEnvironment } from "./deploy-environment.ts";
import type { PackageManifest } from "./manifest.ts";

type ComposeTable = NonNullable<DeployEnvironmentTable["compose"]>;

/**
 * `[deploy.compose]` for one environment, with its defaults filled in (contracts, §2).
 * @throws {VoxError} ENVIRONMENT_UNKNOWN
 */
export function composeIntentFor(manifest: PackageManifest, environment: string): ComposeIntent {
  const { compose: table = {} } = mergeEnvironment(manifest.deploy ?? {}, environment);
  const { name } = manifest.package;
  const { file, read_only: readOnly, stop_grace_period: grace } = table;
  return {
    projectName: table.project_name ?? name,
    service: name,
    ...(file !== undefined && { file }),
    services: table.services ?? [],
    ports: portsOf(table).map(String),
    volumes: table.volumes ?? {},
    resources: resourcesOf(table),
    restart: table.restart ?? "unless-stopped",
    ...(grace !== undefined && { stopGraceMs: parseDurationMs(grace) ?? 0 }),
    ...(readOnly !== undefined && { readOnly }),
    secrets: table.secrets ?? "environment",
    ...artifactOf(table),
  };
}

/** `publish` may be the ports, as it was once written. */
const portsOf = ({ ports, publish }: ComposeTable): readonly (string | number)[] =>
  ports ?? (Array.isArray(publish) ? publish : []);

function artifactOf({ publish }: ComposeTable): Pick<ComposeIntent, "artifact"> {
  if (publish === true) return { artifact: { kind: "beside" } };
  return typeof publish === "string" ? { artifact: { kind: "reference", reference: publish } } : {};
}

function resourcesOf({ resources = {} }: ComposeTable): ComposeIntent["resources"] {
  const { cpus, memory, pids } = resources;
  return {
    ...(cpus !== undefined && { cpus }),
    ...(memory !== undefined && { memory }),
    ...(pids !== undefined && { pids }),
  };
}
