import type { ByteStream } from "../../core/byte-stream.ts";
import type { Platform } from "../../core/platform.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { ImageEngine } from "./image-engine.ts";

/** What a deploy needs of Docker or Podman. */
export interface Engine {
  readonly description: EngineDescription;
  readonly images: ImageEngine;
  /**
   * Takes the tar of `dockerArchive` in.
   * @returns the image's ID as the engine has it: the digest of its config, in the store of containerd that of its manifest
   * @throws {VoxError} ENGINE_FAILED
   */
  load(archive: ByteStream, options?: TransferOptions): Promise<string>;
  /**
   * Creates and starts a container; one that does not start is removed again.
   * @throws {VoxError} ENGINE_FAILED
   */
  run(spec: ContainerSpec, options?: TransferOptions): Promise<Container>;
  /** Containers with all these labels, stopped ones too, newest first. */
  containers(labels: Readonly<Record<string, string>>, options?: TransferOptions): Promise<readonly Container[]>;
}

export interface EngineDescription {
  readonly kind: "docker" | "podman";
  readonly version: string;
  /** The version of the API that is spoken, `1.41`. */
  readonly apiVersion: string;
  readonly platform: Platform;
  /** Where it was found, for people: `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
}

export interface ContainerSpec {
  readonly name: string;
  /** An image's ID, or a reference that the engine holds. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PortRequest[];
  readonly restart: "no" | "always" | "unless-stopped";
  /** Named volumes and where they are mounted. */
  readonly volumes?: Readonly<Record<string, string>>;
  /** With a `/tmp` of its own. */
  readonly readOnly?: boolean;
  readonly dropsCapabilities?: boolean;
}

export interface PortRequest {
  readonly container: number;
  /** The engine chooses one when it is absent. */
  readonly host?: number;
  /** All addresses when absent. */
  readonly address?: string;
}

export interface Container {
  readonly id: string;
  readonly name: string;
  inspect(): Promise<ContainerState>;
  /** The last lines of both streams. */
  logs(options: { readonly lines: number }): Promise<string>;
  /** Runs a program in it; its exit code. */
  exec(command: readonly string[]): Promise<number>;
  /** The text of a small file in it; `undefined` when it is not there. */
  readFile(path: string): Promise<string | undefined>;
  start(): Promise<void>;
  /** By force after `timeoutMs`. */
  stop(options: { readonly timeoutMs: number }): Promise<void>;
  /** Stops it, by force after `timeoutMs`, and removes it; one that is gone already is no failure. */
  remove(options: { readonly timeoutMs: number }): Promise<void>;
}

export interface ContainerState {
  /** `running`, `exited`, `created`, … in the engine's words. */
  readonly status: string;
  readonly exitCode: number;
  /** Absent when the image has no health check, or the engine keeps none. */
  readonly health?: string;
  /** How often the engine started it again by itself. */
  readonly restarts: number;
  /** `NAME=value`; holds secrets, and is never told. */
  readonly env: readonly string[];
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly container: number; readonly host: number; readonly address: string }[];
}
