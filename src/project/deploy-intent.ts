import type { Platform } from "../core/platform.ts";

export type DeployTarget = "auto" | "container" | "compose" | "kubernetes" | "bare-metal" | "coolify" | "fly";
export type EngineChoice = "auto" | "docker" | "podman";

/** `[deploy]` of Vox.toml for one environment, validated and with its defaults filled in (contracts, §2). */
export interface DeployIntent {
  readonly environment: string;
  readonly target: DeployTarget;
  readonly runtime: EngineChoice;
  readonly container: ContainerIntent;
}

export interface ContainerIntent {
  readonly imageName: string;
  /** `host[:port]/prefix`, without the image's name; needed by deploy only. */
  readonly registry?: string;
  /** A registry reference, `oci-layout:DIR:TAG`, or `scratch`. */
  readonly baseImage: string;
  readonly builder: "auto" | "native" | "engine";
  readonly platforms: readonly Platform[];
  readonly layers: "shared" | "per-package";
  readonly workdir: string;
  /** Absent inherits the base's; `[]` clears it. */
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly user: string;
  /** Directories under `workdir` that belong to `user`. */
  readonly writable: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absent inherits the base's. */
  readonly ports?: readonly number[];
  /** Ports of the host where an engine runs it, `8080:3000`; absent: a free one of loopback for each port. */
  readonly publish?: readonly string[];
  readonly volumes?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal?: string;
  /** A file of the project; empty for none. */
  readonly caCertificates: string;
  readonly healthcheck?: HealthcheckIntent;
  /** Names of secrets that are given at run time, never values. */
  readonly secrets: readonly string[];
  readonly packages: readonly string[];
  readonly run: readonly string[];
  readonly compression: Compression;
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

export type Compression = "gzip" | "zstd" | "none";

interface HealthcheckTiming {
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  readonly retries?: number;
}

/** A command is baked into the image; an HTTP probe is left to the target. */
export type HealthcheckIntent =
  | (HealthcheckTiming & { readonly kind: "command"; readonly command: readonly string[] })
  | (HealthcheckTiming & { readonly kind: "http"; readonly path: string; readonly port: number });
