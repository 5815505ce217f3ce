import { mapConcurrent } from "../core/concurrency.ts";
import type { PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { PackageRegistry, type Release } from "../pm/registry/package-registry.ts";
import type { LockedPackage } from "../pm/lockfile/lockfile.ts";
import type { ProjectRegistries } from "./project-registries.ts";

interface ReleaseOptions {
  readonly offline: boolean;
  readonly signal: AbortSignal;
}

/** What registries say of versions, each asked once a run. */
export class RegistryReleases {
  readonly #registries: ProjectRegistries;
  readonly #options: ReleaseOptions;
  readonly #opened = new Map<string, PackageRegistry>();
  readonly #releases = new Map<string, Promise<Release | undefined>>();

  constructor(registries: ProjectRegistries, options: ReleaseOptions) {
    this.#registries = registries;
    this.#options = options;
  }

  versions(registry: string, name: PackageName) {
    return this.#registry(registry).versions(name, this.#options);
  }

  find(registry: string, name: PackageName, version: string): Promise<Release | undefined> {
    const key = `${registry}\n${name}\n${version}`;
    const known = this.#releases.get(key);
    if (known) return known;
    const asked = this.#registry(registry).release(name, version, this.#options);
    this.#releases.set(key, asked);
    return asked;
  }

  /** @throws {VoxError} CONTENT_MISSING for a version that vanished between two questions */
  async release(registry: string, name: PackageName, version: string): Promise<Release> {
    const release = await this.find(registry, name, version);
    if (release) return release;
    throw new VoxError("CONTENT_MISSING", `registry \`${registry}\` has no \`${name}@${version}\``, {
      hint: `run \`vox update ${name}\``,
    });
  }

  #registry(name: string): PackageRegistry {
    const known = this.#opened.get(name);
    if (known) return known;
    const repositoryFor = (packageName: PackageName) => this.#registries.metadata(name, packageName, this.#options);
    const registry = new PackageRegistry({ name, repositoryFor });
    this.#opened.set(name, registry);
    return registry;
  }
}

const CHECKS_AT_ONCE = 16;

/**
 * Sees that the registries still hold, under each locked version, what the lock says.
 * @throws {VoxError} REGISTRY_CONTENT_CHANGED naming the first that differs
 */
export async function refuseChangedContent(locked: readonly LockedPackage[], releases: RegistryReleases): Promise<void> {
  await mapConcurrent(locked, CHECKS_AT_ONCE, async ({ name, version, source }) => {
    if (source.kind !== "registry" || version === undefined) return;
    const release = await releases.find(source.registry, name, version);
    if (!release || JSON.stringify(manifestsOf(release.archives)) === JSON.stringify(manifestsOf(source.archives))) return;
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

const manifestsOf = (archives: Release["archives"]): readonly string[] =>
  archives.kind === "neutral" ? [archives.archive.manifest] : archives.archives.map(({ manifest }) => manifest).sort();
