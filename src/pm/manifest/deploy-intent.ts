import { posix } from "node:path";
import type { ContainerTable, HealthcheckTable } from "../../contracts/vox-toml-deploy.ts";
import { parseDurationMs } from "../../core/duration.ts";
import { parsePlatform, type Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContainerIntent, DeployIntent, HealthcheckIntent } from "../../project/deploy-intent.ts";
import { buildArguments, imageFieldsOf, mergeEnvironment } from "./deploy-environment.ts";
import type { PackageManifest } from "./manifest.ts";
import type { ManifestWarning } from "./manifest-warning.ts";

export interface DeployReading {
  readonly intent: DeployIntent;
  readonly warnings: readonly ManifestWarning[];
}

/** What [deploy] means where it is silent (contracts, §2). */
const DEPLOY_DEFAULTS = {
  target: "container",
  runtime: "auto",
  builder: "auto",
  platforms: [parsePlatform("linux/amd64"), parsePlatform("linux/arm64")],
  layers: "shared",
  workdir: "/app",
  user: "65532:65532",
  compression: "gzip",
} as const;

/**
 * `[deploy]` for one environment, with its defaults filled in (contracts, §2).
 * @throws {VoxError} DEPLOY_INCOMPLETE, ENVIRONMENT_UNKNOWN, MANIFEST_INVALID
 */
export function deployIntentFor(manifest: PackageManifest, environment: string): DeployReading {
  const deploy = manifest.deploy ?? {};
  const { target, runtime, container } = mergeEnvironment(deploy, environment);
  const intent: DeployIntent = {
    environment,
    target: target ?? DEPLOY_DEFAULTS.target,
    runtime: runtime ?? DEPLOY_DEFAULTS.runtime,
    container: containerIntent(container, manifest.package.name),
  };
  return { intent, warnings: environmentWarnings(environment, imageFieldsOf(deploy, environment)) };
}

/** The platforms that a container table asks for, sorted. */
export const platformsOf = (container: ContainerTable): readonly Platform[] =>
  [...new Set(container.platforms ?? DEPLOY_DEFAULTS.platforms)].sort();

function containerIntent(table: ContainerTable, packageName: string): ContainerIntent {
  const { registry, entrypoint, cmd, ports, publish, volumes, stop_signal } = table;
  refuseContradictions(table);
  return {
    imageName: table.image_name ?? packageName,
    ...(registry === undefined ? {} : { registry }),
    baseImage: baseImageOf(table),
    builder: table.builder ?? DEPLOY_DEFAULTS.builder,
    platforms: platformsOf(table),
    layers: table.layers ?? DEPLOY_DEFAULTS.layers,
    workdir: table.workdir ?? DEPLOY_DEFAULTS.workdir,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(cmd === undefined ? {} : { cmd }),
    user: table.user ?? DEPLOY_DEFAULTS.user,
    writable: [...new Set((table.writable ?? []).map(innerFolder))].sort(),
    env: table.env ?? {},
    ...(ports === undefined ? {} : { ports }),
    ...(publish === undefined ? {} : { publish: publish.map(String) }),
    ...(volumes === undefined ? {} : { volumes }),
    labels: table.labels ?? {},
    ...(stop_signal === undefined ? {} : { stopSignal: stop_signal }),
    caCertificates: table.ca_certificates ?? "",
    ...healthcheckOf(table),
    secrets: table.secrets ?? [],
    packages: table.packages ?? [],
    run: table.run ?? [],
    compression: table.compression ?? DEPLOY_DEFAULTS.compression,
    dockerfile: table.dockerfile ?? "",
    buildArgs: buildArguments(table),
  };
}

function baseImageOf({ base_image: baseImage = "" }: ContainerTable): string {
  if (baseImage.trim() !== "") return baseImage.trim();
  throw new VoxError("DEPLOY_INCOMPLETE", "`[deploy.container] base_image` is missing", {
    hint: 'add `base_image = "docker.io/library/node:22-slim"` or `base_image = "scratch"` to `[deploy.container]`',
  });
}

const ENGINE_FIELDS = ["packages", "run", "dockerfile"] as const;

/** Each field is well-formed by itself; these say something about two. */
function refuseContradictions(table: ContainerTable): void {
  const engineField = ENGINE_FIELDS.find((key) => (table[key] ?? "").length > 0);
  if (table.builder === "native" && engineField) {
    throw contradiction(
      `\`${engineField}\` is run by a container engine, and \`builder\` is \`native\``,
      'set `builder = "engine"`',
    );
  }
  const secret = (table.secrets ?? []).find((name) => Object.hasOwn(table.env ?? {}, name));
  if (secret !== undefined)
    throw contradiction(
      `the secret \`${secret}\` is in \`env\` too, which is baked into the image`,
      `remove \`${secret}\` from \`env\``,
    );
}

function healthcheckOf({ healthcheck, ports }: ContainerTable): { healthcheck?: HealthcheckIntent } {
  if (healthcheck === undefined) return {};
  const timing = timingOf(healthcheck);
  if (healthcheck.command) return { healthcheck: { kind: "command", command: healthcheck.command, ...timing } };
  const port = healthcheck.port ?? ports?.[0];
  if (port === undefined)
    throw contradiction(
      "`healthcheck` asks over `http` and names no `port`",
      "add `port` to it, or `ports` to `[deploy.container]`",
    );
  return { healthcheck: { kind: "http", path: healthcheck.http ?? "/", port, ...timing } };
}

function timingOf({ interval, timeout, start_period, retries }: HealthcheckTable) {
  return {
    ...(interval === undefined ? {} : { intervalMs: parseDurationMs(interval) ?? 0 }),
    ...(timeout === undefined ? {} : { timeoutMs: parseDurationMs(timeout) ?? 0 }),
    ...(start_period === undefined ? {} : { startPeriodMs: parseDurationMs(start_period) ?? 0 }),
    ...(retries === undefined ? {} : { retries }),
  };
}

const innerFolder = (path: string): string => posix.normalize(path).replace(/\/$/, "");

const environmentWarnings = (environment: string, fields: readonly string[]): ManifestWarning[] =>
  fields.map((field) => ({
    code: "IMAGE_FIELD_IN_ENVIRONMENT",
    message: `\`[deploy.environments.${environment}.container] ${field}\` gives this environment an image of its own`,
    hint: `set \`${field}\` in \`[deploy.container]\`, so that one image is promoted`,
  }));

const contradiction = (message: string, hint: string): VoxError =>
  new VoxError("MANIFEST_INVALID", `in \`[deploy.container]\` ${message}`, { hint });
