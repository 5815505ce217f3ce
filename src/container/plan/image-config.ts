import type { Digest } from "../../core/digest.ts";
import { type Platform, platformParts } from "../../core/platform.ts";
import type { Annotations } from "../../oci/descriptor.ts";
import type { HistoryEntry, ImageConfig, RunConfig } from "../../oci/image-config.ts";
import { baseHistory } from "./history.ts";
import { mergeEnv } from "./merge-env.ts";
import type { RunSettings } from "./run-settings.ts";

/** A layer of ours as the config tells of it. */
export interface ConfigLayer {
  readonly diffId: Digest;
  /** The same words for the same content. */
  readonly createdBy: string;
}

export interface ImageConfigInput {
  readonly base: ImageConfig;
  readonly platform: Platform;
  readonly run: RunSettings;
  readonly labels: Annotations;
  readonly layers: readonly ConfigLayer[];
  /** RFC 3339. */
  readonly created: string;
}

/** The image's config: the base's, with what Vox.toml says laid over it and our layers on top (contracts, §7 "Config"). */
export function buildImageConfig({ base, platform, run, labels, layers, created }: ImageConfigInput): ImageConfig {
  const history = layers.map((layer): HistoryEntry => ({ created, created_by: layer.createdBy }));
  return {
    ...platformFields(base, platform),
    created,
    ...(base.author !== undefined && { author: base.author }),
    config: runConfig(base.config ?? {}, run, labels),
    rootfs: { type: "layers", diff_ids: [...base.rootfs.diff_ids, ...layers.map((layer) => layer.diffId)] },
    history: [...baseHistory(base), ...history],
  };
}

type PlatformFields = Pick<ImageConfig, "architecture" | "os" | "variant" | "os.version" | "os.features">;

/** What the index says counts: some images built by emulation carry the builder's architecture in their config. */
function platformFields(base: ImageConfig, platform: Platform): PlatformFields {
  const wanted = platformParts(platform);
  if (base.os !== wanted.os || base.architecture !== wanted.architecture) return wanted;
  const variant = wanted.variant ?? base.variant;
  return {
    architecture: base.architecture,
    os: base.os,
    ...(variant !== undefined && { variant }),
    ...(base["os.version"] !== undefined && { "os.version": base["os.version"] }),
    ...(base["os.features"] !== undefined && { "os.features": base["os.features"] }),
  };
}

function runConfig(base: RunConfig, run: RunSettings, labels: Annotations): RunConfig {
  const user = run.user === "" ? base.User : run.user;
  const ports = run.ports ? emptyObjects(run.ports) : base.ExposedPorts;
  const env = mergeEnv(base.Env ?? [], run.env);
  const volumes = run.volumes ? emptyObjects(run.volumes) : base.Volumes;
  const stopSignal = run.stopSignal ?? base.StopSignal;
  const healthcheck = run.healthcheck ?? base.Healthcheck;
  return {
    ...(user && { User: user }),
    ...(ports && !isEmpty(ports) && { ExposedPorts: ports }),
    ...(env.length > 0 && { Env: env }),
    ...commandOf(base, run),
    ...(volumes && !isEmpty(volumes) && { Volumes: volumes }),
    WorkingDir: run.workdir,
    Labels: { ...inheritedLabels(base.Labels ?? {}), ...labels },
    ...(stopSignal && { StopSignal: stopSignal }),
    ...(healthcheck && healthcheck !== "clear" && { Healthcheck: healthcheck }),
  };
}

/** As in a Dockerfile, an entrypoint of ours, the empty one too, takes the base's cmd away with the base's entrypoint. */
function commandOf(base: RunConfig, run: RunSettings): Pick<RunConfig, "Entrypoint" | "Cmd"> {
  const entrypoint = run.entrypoint ?? base.Entrypoint ?? [];
  const cmd = run.cmd ?? (run.entrypoint === undefined ? (base.Cmd ?? []) : []);
  return { ...(entrypoint.length > 0 && { Entrypoint: entrypoint }), ...(cmd.length > 0 && { Cmd: cmd }) };
}

/** Labels that tell of the base itself would be untrue of what stands on it. */
const inheritedLabels = (labels: Annotations): Annotations =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !/^(?:org\.opencontainers\.image|dev\.vox)\./.test(name)));

/** As the config has sets of names. */
export const emptyObjects = (names: readonly string[]): Record<string, Record<string, never>> =>
  Object.fromEntries(names.map((name) => [name, {}]));

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;
