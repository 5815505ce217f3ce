import { mapConcurrent } from "../core/concurrency.ts";
import type { EventSink } from "../core/events.ts";
import { Gate } from "../core/gate.ts";
import type { PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Release } from "../pm/registry/package-registry.ts";
import type { LockedPackage } from "../pm/lockfile/lockfile.ts";
import type { ReleaseSource } from "../pm/resolver/resolve-with.ts";
import { gatedRepository } from "./gated-repository.ts";
import { IndexedRegistry } from "./indexed-registry.ts";
import type { ProjectRegistries } from "./project-registries.ts";

interface ReleaseOptions {
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
  /** Versions that a lock names: an index that lacks one is behind. */
  readonly locked: ReadonlyMap<PackageName, string>;
}

/** Questions to registries under way at one time, whatever looks ahead. */
const QUESTIONS_AT_ONCE = 16;

/** What registries say of versions, each asked once a run. */
export class RegistryReleases implements ReleaseSource {
  readonly #registries: ProjectRegistries;
  readonly #options: ReleaseOptions;
  readonly #gate = new Gate(QUESTIONS_AT_ONCE);
  readonly #opened = new Map<string, IndexedRegistry>();

  constructor(registries: ProjectRegistries, options: ReleaseOptions) {
    this.#registries = registries;
    this.#options = options;
  }

  versions(registry: string, name: PackageName) {
    return this.#registry(registry).versions(name, this.#options.locked.get(name));
  }

  /** What the index says of a version, else the registry itself; see `proveChosen`. */
  async release(registry: string, name: PackageName, version: string): Promise<Release> {
    const opened = this.#registry(registry);
    const release = (await opened.hinted(name, version)) ?? (await opened.proved(name, version));
    if (release) return release;
    throw new VoxError("CONTENT_MISSING", `registry \`${registry}\` has no \`${name}@${version}\``, {
      hint: `run \`vox update ${name}\``,
    });
  }

  /** What the registry itself holds under a version's tag. */
  proved(registry: string, name: PackageName, version: string): Promise<Release | undefined> {
    return this.#registry(registry).proved(name, version);
  }

  /** Whether a version was taken at the index's word. */
  async isHint(registry: string, name: PackageName, version: string): Promise<boolean> {
    return (await this.#registry(registry).hinted(name, version)) !== undefined;
  }

  /** Turns from all indexes to the tags; false when no index was used. */
  async distrustIndexes(): Promise<boolean> {
    const used = await Promise.all([...this.#opened.values()].map((registry) => registry.distrustIndex()));
    return used.includes(true);
  }

  #registry(name: string): IndexedRegistry {
    const known = this.#opened.get(name);
    if (known) return known;
    const { signal, onEvent } = this.#options;
    const repositoryFor = (packageName: PackageName) =>
      gatedRepository(this.#registries.metadata(name, packageName, this.#options), this.#gate);
    const registry = new IndexedRegistry({ name, repositoryFor, signal, onEvent });
    this.#opened.set(name, registry);
    return registry;
  }
}

/**
 * Sees that the registries still hold, under each locked version, what the lock says.
 * @throws {VoxError} REGISTRY_CONTENT_CHANGED naming the first that differs
 */
export async function refuseChangedContent(locked: readonly LockedPackage[], releases: RegistryReleases): Promise<void> {
  await mapConcurrent(locked, QUESTIONS_AT_ONCE, async ({ name, version, source }) => {
    if (source.kind !== "registry" || version === undefined) return;
    const release = await releases.proved(source.registry, name, version);
    if (!release || !differsFrom(release.archives, source.archives)) return;
    throw new VoxError(
      "REGISTRY_CONTENT_CHANGED",
      `registry \`${source.registry}\` holds other content under \`${name}@${version}\` than the lock: \`${manifestsOf(release.archives)[0]}\` instead of \`${manifestsOf(source.archives)[0]}\``,
      {
        place: { file: "vox.lock" },
        hint: `ask the publisher of \`${name}\` what happened; to accept it, remove its entry from vox.lock and run \`vox lock\``,
      },
    );
  });
}

/** Whether a registry holds other manifests than a lock names. */
export const differsFrom = (held: Release["archives"], locked: Release["archives"]): boolean =>
  JSON.stringify(manifestsOf(held)) !== JSON.stringify(manifestsOf(locked));

const manifestsOf = (archives: Release["archives"]): readonly string[] =>
  archives.kind === "neutral" ? [archives.archive.manifest] : archives.archives.map(({ manifest }) => manifest).sort();
