import { resolve } from "node:path";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ReferrerReader, Repository } from "../oci/content-store.ts";
import type { RegistryBase } from "../oci/reference.ts";
import type { Access } from "../oci/token-scope.ts";
import type { RegistrySection } from "../pm/manifest/manifest.ts";
import { parseRegistryLocation, type RegistryLocation } from "../pm/registry/location.ts";
import type { PackageRepository } from "../pm/registry/package-registry.ts";
import type { RegistryPorts } from "./ports.ts";

export const DEFAULT_REGISTRY = "default";

/** The registries of one project by their names: those it declares, and the machine's default where it declares none. */
export class ProjectRegistries {
  readonly #ports: RegistryPorts;
  readonly #locations: ReadonlyMap<string, RegistryLocation>;

  constructor(sections: readonly RegistrySection[], rootDir: string, ports: RegistryPorts) {
    this.#ports = ports;
    this.#locations = new Map([
      [DEFAULT_REGISTRY, ports.defaultRegistry],
      ...sections.map((section) => [section.name, absolute(parseRegistryLocation(section.index), rootDir)] as const),
    ]);
  }

  has(registry: string): boolean {
    return this.#locations.has(registry);
  }

  /** @throws {VoxError} REGISTRY_UNKNOWN */
  location(registry: string): RegistryLocation {
    const location = this.#locations.get(registry);
    if (location) return location;
    const known = [...this.#locations.keys()].map((name) => `\`${name}\``).join(", ");
    throw new VoxError("REGISTRY_UNKNOWN", `there is no registry \`${registry}\`, only ${known}`, {
      place: { file: MANIFEST_FILE },
      hint: `declare it: [registries.${registry}] with an \`index\``,
    });
  }

  /** For blobs by digest and what is attached to them, from the registry or a mirror of the user's. */
  reader(registry: string, name: PackageName): PackageRepository & ReferrerReader {
    return this.#ports.packageReader(this.location(registry), name);
  }

  /** The registry itself, with `push` for publishing. */
  repository(registry: string, name: PackageName, access: Access = "pull"): Repository {
    return this.#ports.packageRepository(this.location(registry), name, access);
  }

  metadata(registry: string, name: PackageName, options: { readonly offline: boolean }): PackageRepository {
    return this.#ports.metadataRepository(this.location(registry), name, options);
  }

  /** The repositories that a registry says it has. */
  packageNames(registry: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#ports.packageNames(this.location(registry), signal);
  }

  /** The same from the registry or a mirror of the user's; `undefined` where there is no such list. */
  packageCatalog(registry: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    return this.#ports.packageCatalog(this.location(registry), signal);
  }

  /** Those that are OCI registries, for mounting. */
  ociBases(): ReadonlyMap<string, RegistryBase> {
    return new Map(
      [...this.#locations].flatMap(([name, location]) =>
        location.kind === "oci" ? [[name, { host: location.host, prefix: location.prefix }] as const] : [],
      ),
    );
  }
}

/** A folder is named relative to the Vox.toml that names it (contracts, §2 `[registries]`). */
const absolute = (location: RegistryLocation, rootDir: string): RegistryLocation =>
  location.kind === "file" ? { ...location, dir: resolve(rootDir, location.dir) } : location;
