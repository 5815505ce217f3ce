import { mapConcurrent } from "../core/concurrency.ts";
import { isPackageName, type PackageName } from "../core/package-name.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { IndexEntry } from "../contracts/index-entry.ts";
import { INDEX_REPOSITORY } from "../pm/registry/index/index-artifact.ts";
import { RegistryIndex } from "../pm/registry/index/registry-index.ts";
import { SHARD_DIGITS } from "../pm/registry/index/shards.ts";
import { PackageRegistry } from "../pm/registry/package-registry.ts";
import { type Match, rankPackages } from "../pm/registry/rank-packages.ts";
import { shownVersion } from "../pm/registry/shown-version.ts";
import type { RunPorts } from "./ports.ts";
import type { ProjectRegistries } from "./project-registries.ts";

export interface SearchRequest {
  readonly registry: string;
  readonly text: string;
  readonly limit: number;
}

/** A package as a list shows it, by the version that stands for it. */
export interface FoundPackage {
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  /** Whether every version is. */
  readonly yanked: boolean;
  readonly description?: string;
}

export interface SearchResult {
  readonly registry: string;
  /** What was searched: the registry's index, or its list of repositories. */
  readonly source: "index" | "list";
  readonly packages: readonly (FoundPackage & { readonly match: Match })[];
  /** With those that the limit left out. */
  readonly total: number;
}

const PACKAGES_AT_ONCE = 8;

/**
 * Searches a registry's index, or where it has none the list of its repositories.
 * @throws {VoxError} SEARCH_UNSUPPORTED when it has neither, REGISTRY_DENIED, REGISTRY_UNAVAILABLE
 */
export async function searchPackages(
  registries: ProjectRegistries,
  request: SearchRequest,
  ports: RunPorts,
): Promise<SearchResult> {
  const { registry, text, limit } = request;
  const index = await openIndex(registries, registry, ports);
  if (index.kind === "open") {
    const ranked = rankPackages(text, await indexedPackages(index.index));
    return { registry, source: "index", packages: ranked.slice(0, limit), total: ranked.length };
  }
  const names = await listedNames(registries, registry, index, ports.signal);
  const found = await searchNames(registries, request, names, ports);
  return { registry, source: "list", ...found };
}

type OpenedIndex =
  | { readonly kind: "open"; readonly index: RegistryIndex }
  | { readonly kind: "none" }
  /** Some registries say so of what is not there. */
  | { readonly kind: "denied"; readonly denial: VoxError };

async function openIndex(registries: ProjectRegistries, registry: string, ports: RunPorts): Promise<OpenedIndex> {
  const { signal, onEvent } = ports;
  try {
    const repository = registries.metadata(registry, INDEX_REPOSITORY, { offline: false });
    const index = await RegistryIndex.open(repository, { signal });
    return index ? { kind: "open", index } : { kind: "none" };
  } catch (error) {
    if (isVoxError(error, "REGISTRY_DENIED")) return { kind: "denied", denial: error };
    if (!isVoxError(error) || error.code === "REGISTRY_UNAVAILABLE" || error.code === "REGISTRY_RATE_LIMITED") throw error;
    const message = `the index of registry \`${registry}\` cannot be used: ${error.message}`;
    onEvent({ kind: "warning", code: "INDEX_BROKEN", message, hint: `run \`vox pm index --registry ${registry}\`` });
    return { kind: "none" };
  }
}

async function indexedPackages(index: RegistryIndex): Promise<readonly FoundPackage[]> {
  const shards = await mapConcurrent(SHARD_DIGITS, PACKAGES_AT_ONCE, (digit) => index.shard(digit));
  return shards.flatMap((shard) => shard.names.flatMap((name) => foundEntry(shard.entries(name)) ?? []));
}

function foundEntry(entries: readonly IndexEntry[]): FoundPackage | undefined {
  const entry = shownVersion(entries);
  if (!entry) return undefined;
  const { name, version, kind, yanked, description } = entry;
  return { name, version, kind, yanked, ...(description !== undefined && { description }) };
}

async function listedNames(
  registries: ProjectRegistries,
  registry: string,
  index: Exclude<OpenedIndex, { kind: "open" }>,
  signal: AbortSignal,
): Promise<readonly PackageName[]> {
  const isPackage = (name: string): name is PackageName => isPackageName(name) && name !== INDEX_REPOSITORY;
  const unsupported = (cause?: VoxError): VoxError =>
    new VoxError("SEARCH_UNSUPPORTED", `registry \`${registry}\` has neither an index nor a list of its repositories`, {
      ...(cause && { cause }),
      hint: `run \`vox pm index --registry ${registry}\` for one, or ask by name with \`vox pm info NAME\``,
    });
  try {
    const names = await registries.packageCatalog(registry, signal);
    if (names) return names.filter(isPackage);
  } catch (error) {
    if (!isVoxError(error, "REGISTRY_DENIED")) throw error;
    // Denied here and there: it may be the credentials.
    throw index.kind === "denied" ? error : unsupported(error);
  }
  throw index.kind === "denied" ? index.denial : unsupported();
}

/** A folder is read whole, which costs little; of a registry's names those that match are looked up. */
async function searchNames(
  registries: ProjectRegistries,
  { registry, text, limit }: SearchRequest,
  names: readonly PackageName[],
  ports: RunPorts,
): Promise<Pick<SearchResult, "packages" | "total">> {
  const look = (name: PackageName) => foundRelease(registries, registry, name, ports);
  if (registries.location(registry).kind === "file") {
    const ranked = rankPackages(text, (await mapConcurrent(names, PACKAGES_AT_ONCE, look)).flat());
    return { packages: ranked.slice(0, limit), total: ranked.length };
  }
  const ranked = rankPackages(
    text,
    names.map((name) => ({ name })),
  );
  const looked = await mapConcurrent(ranked.slice(0, limit), PACKAGES_AT_ONCE, async ({ name, match }) =>
    (await look(name)).map((found) => ({ ...found, match })),
  );
  const packages = looked.flat();
  return { packages, total: ranked.length - looked.length + packages.length };
}

/** A repository that holds no package, or one that cannot be read, is none of what is searched for. */
async function foundRelease(
  registries: ProjectRegistries,
  registry: string,
  name: PackageName,
  { signal, onEvent }: RunPorts,
): Promise<readonly FoundPackage[]> {
  const source = new PackageRegistry({ name: registry, repositoryFor: (each) => registries.reader(registry, each) });
  try {
    const shown = shownVersion(await source.versions(name, { signal }));
    const release = shown && (await source.release(name, shown.version, { signal }));
    if (!release) return [];
    const { description } = release.facts ?? {};
    return [
      {
        name,
        version: release.version,
        kind: release.kind,
        yanked: shown.yanked,
        ...(description !== undefined && { description }),
      },
    ];
  } catch (error) {
    if (!isVoxError(error)) throw error;
    onEvent({ kind: "warning", code: error.code, message: `\`${name}\` is left out: ${error.message}` });
    return [];
  }
}
