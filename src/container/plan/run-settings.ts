import { sortedByUtf8 } from "../../core/text-order.ts";
import type { Healthcheck } from "../../oci/image-config.ts";
import type { ContainerIntent, HealthcheckIntent } from "../../project/deploy-intent.ts";

/** What Vox.toml says of how the container runs; an absent field inherits the base's, an empty list clears it (contracts, §7 "Config"). */
export interface RunSettings {
  readonly workdir: string;
  /** Empty inherits. */
  readonly user: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** By name, sorted. */
  readonly env: readonly (readonly [name: string, value: string])[];
  /** As in `ExposedPorts`: `3000/tcp`. */
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly stopSignal?: string;
  /** `clear` drops the base's and bakes none: the probe is the target's. */
  readonly healthcheck?: Healthcheck | "clear";
}

export function runSettings(intent: ContainerIntent): RunSettings {
  return {
    workdir: intent.workdir,
    user: intent.user,
    env: sortedByUtf8(Object.entries(intent.env), ([name]) => name),
    ...(intent.entrypoint && { entrypoint: intent.entrypoint }),
    ...(intent.cmd && { cmd: intent.cmd }),
    ...(intent.ports && { ports: [...new Set(intent.ports)].sort((a, b) => a - b).map((port) => `${port}/tcp`) }),
    ...(intent.volumes && { volumes: [...new Set(intent.volumes)].sort() }),
    ...(intent.stopSignal !== undefined && { stopSignal: intent.stopSignal }),
    ...(intent.healthcheck && { healthcheck: bakedHealthcheck(intent.healthcheck) }),
  };
}

const NANOSECONDS_PER_MS = 1_000_000;

function bakedHealthcheck(intent: HealthcheckIntent): Healthcheck | "clear" {
  if (intent.kind === "http" || intent.command.length === 0) return "clear";
  return {
    Test: ["CMD", ...intent.command],
    ...(intent.intervalMs !== undefined && { Interval: intent.intervalMs * NANOSECONDS_PER_MS }),
    ...(intent.timeoutMs !== undefined && { Timeout: intent.timeoutMs * NANOSECONDS_PER_MS }),
    ...(intent.startPeriodMs !== undefined && { StartPeriod: intent.startPeriodMs * NANOSECONDS_PER_MS }),
    ...(intent.retries !== undefined && { Retries: intent.retries }),
  };
}
