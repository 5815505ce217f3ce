import { mapConcurrent } from "../core/concurrency.ts";
import type { EventSink } from "../core/events.ts";
import { Gate } from "../core/gate.ts";
import { packageNameKey, type PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Release } from "../pm/registry/package-registry.ts";
import type { LockedPackage } from "../pm/lockfile/lockfile.ts";
import { type AgeRule, youngRelease } from "../pm/resolver/release-age.ts";
import type { ReleaseSource } from "../pm/resolver/resolve-with.ts";
import type { ListedVersion } from "../pm/resolver/version-list.ts";
import { findSpelling, type SpelledPackage } from "./find-spelling.ts";
import { gatedRepository } from "./gated-repository.ts";
import { IndexedRegistry } from "./indexed-registry.ts";
import type { ProjectRegistries } from "./project-registries.ts";

interface ReleaseOptions {
  readonly offline: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
  /** Versions that a lock names: an index that lacks one is behind. */
  readonly locked: ReadonlyMap<PackageName, string>;
  /** Absent where the age of a release does not matter: then nobody is asked for it. */
  readonly age?: AgeRule;
}

/** Questions to registries under way at one time, whatever looks ahead. */
const QUESTIONS_AT_ONCE = 16;

/** What registries say of versions, each asked once a run. */
export class RegistryReleases implements ReleaseSource {
  readonly #registries: ProjectRegistries;
  readonly #options: ReleaseOptions;
  readonly #gate = new Gate(QUESTIONS_AT_ONCE);
  readonly #opened = new Map<string, IndexedRegistry>();
  readonly #spellings = new Map<string, Promise<SpelledPackage<ListedVersion>>>();
  /** By the name's key. */
  readonly #locked: ReadonlyMap<string, string>;

  constructor(registries: ProjectRegistries, options: ReleaseOptions) {
    this.#registries = registries;
    this.#options = options;
    this.#locked = new Map([...options.locked].map(([name, version]) => [packageNameKey(name), version]));
  }

  async versions(registry: string, name: PackageName): Promise<readonly ListedVersion[]> {
    return (await this.#spelled(registry, name)).versions;
  }

  /** How a registry writes the name of what is asked for; as it is asked for when the registry has no such package. */
  async publishedName(registry: string, name: PackageName): Promise<PackageName> {
    return (await this.#spelled(registry, name)).name;
  }

  #spelled(registry: string, name: PackageName): Promise<SpelledPackage<ListedVersion>> {
    const key = `${registry}\n${name}`;
    const known = this.#spellings.get(key);
    if (known) return known;
    const found = findSpelling(registry, name, (spelling) => this.#listed(registry, spelling));
    this.#spellings.set(key, found);
    return found;
  }

  async #listed(registry: string, name: PackageName): Promise<readonly ListedVersion[]> {
    const opened = this.#registry(registry);
    const listed: readonly ListedVersion[] = await opened.versions(name, this.#locked.get(packageNameKey(name)));
    const { age } = this.#options;
    if (!age) return listed;
    return mapConcurrent(listed, QUESTIONS_AT_ONCE, async ({ version, yanked }) => {
      const young = yanked ? undefined : youngRelease(await opened.created(name, version), age);
      return { version, yanked, ...(young && { young }) };
    });
  }

  /** What the index says of a version, else the registry itself; see `proveChosen`. */
  async release(registry: string, asked: PackageName, version: string): Promise<Release> {
    const opened = this.#registry(registry);
    const name = (await this.#spellings.get(`${registry}\n${asked}`))?.name ?? asked;
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

  /** What was taken at the index's word; `undefined` for a version that was not. */
  hinted(registry: string, name: PackageName, version: string): Promise<Release | undefined> {
    return this.#registry(registry).hinted(name, version);
  }

  /** Turns from all indexes to the tags; false when no index was used. */
  async distrustIndexes(): Promise<boolean> {
    this.#spellings.clear();
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
