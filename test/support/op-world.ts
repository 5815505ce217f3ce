import { setMaxListeners } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { VoxEvent } from "../../src/core/events.ts";
import { parsePackageName, type PackageName } from "../../src/core/package-name.ts";
import { rebuildIndex, recordInIndex } from "../../src/ops/index-registry.ts";
import { type LockResult, lockProject, type UpdateRequest } from "../../src/ops/lock-project.ts";
import type { LockHold } from "../../src/ops/lock-hold.ts";
import { type OpenProject, openProject } from "../../src/ops/open-project.ts";
import { ProjectRegistries } from "../../src/ops/project-registries.ts";
import { createRuntime, type Runtime } from "../../src/runtime/create-runtime.ts";
import { publishInto, publishToFolder, type Published } from "./lock-world.ts";
import { type LoopbackRegistry, type LoopbackRegistryOptions, startLoopbackRegistry } from "./loopback-registry.ts";

/** The registries that an op must not tell apart: a folder and a loopback one, with an index and without. */
export const REGISTRY_KINDS = [
  { kind: "a folder", oci: false, index: false },
  { kind: "a folder with an index", oci: false, index: true },
  { kind: "a registry", oci: true, index: false },
  { kind: "a registry with an index", oci: true, index: true },
] as const;

export interface OpWorldOptions extends Pick<LoopbackRegistryOptions, "fault"> {
  readonly oci: boolean;
  readonly index: boolean;
}

/** A project in a folder, run through the ops with a clock of the test's own. */
export class OpWorld implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "vox-ops-"));
  /** RFC 3339: what time it is. */
  now = "2026-02-01T00:00:00Z";
  readonly events: VoxEvent[] = [];
  readonly loopback: LoopbackRegistry | undefined;
  readonly #hasIndex: boolean;

  private constructor(loopback: LoopbackRegistry | undefined, hasIndex: boolean) {
    this.loopback = loopback;
    this.#hasIndex = hasIndex;
    mkdirSync(join(this.folder, "app"));
  }

  static async create({ oci, index, ...options }: OpWorldOptions): Promise<OpWorld> {
    return new OpWorld(oci ? await startLoopbackRegistry(options) : undefined, index);
  }

  get app(): string {
    return join(this.folder, "app");
  }

  get registry(): string {
    return this.loopback ? `oci://${this.loopback.host}/vox` : `file:${join(this.folder, "registry")}`;
  }

  get ports(): Runtime {
    const env = {
      VOX_CACHE_DIR: join(this.folder, "cache"),
      VOX_DATA_DIR: join(this.folder, "data"),
      VOX_REGISTRY: this.registry,
    };
    const onEvent = (event: VoxEvent): void => void this.events.push(event);
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const runtime = createRuntime({ env, cwd: this.app, signal, onEvent });
    return { ...runtime, now: () => this.now };
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.app, file)), { recursive: true });
    writeFileSync(join(this.app, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.app, file), "utf8");
  }

  async publish(...packages: readonly Published[]): Promise<void> {
    for (const published of packages) {
      if (this.loopback) await publishInto(this.loopback.repository(`vox/${published.name}`), published);
      else await publishToFolder(join(this.folder, "registry"), published);
    }
    await this.#index([...new Set(packages.map(({ name }) => parsePackageName(name)))]);
  }

  /** Makes the index say what is there of some names, where the registry has one. */
  async #index(names: readonly PackageName[]): Promise<void> {
    if (!this.#hasIndex) return;
    const registries = new ProjectRegistries([], this.app, this.ports);
    // A folder's first index is made by `pm index`; a registry that lists no names is told of each.
    if (!this.loopback) await rebuildIndex(registries, "default", this.ports);
    await recordInIndex(registries, "default", names, this.ports);
  }

  open(): Promise<OpenProject> {
    return openProject({ folder: this.app, packageName: undefined }, this.ports);
  }

  async lock(hold: Partial<LockHold> = {}, update?: UpdateRequest): Promise<LockResult> {
    this.events.length = 0;
    return lockProject(await this.open(), { mode: "default", offline: false, ...hold }, this.ports, update);
  }

  /** What is locked, by name. */
  versions({ lock }: LockResult): Record<string, string | undefined> {
    return Object.fromEntries(lock.packages.map(({ name, version }) => [name, version]));
  }

  warnings(): string[] {
    return this.events.flatMap((event) => (event.kind === "warning" ? [`${event.code}: ${event.message}`] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loopback?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
