import type { IndexEntry } from "../contracts/index-entry.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { isPackageName, type PackageName } from "../core/package-name.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import { formatRegistryLocation } from "../pm/registry/location.ts";
import { INDEX_REPOSITORY, INDEX_TAG } from "../pm/registry/index/index-artifact.ts";
import { indexEntryOf } from "../pm/registry/index/index-entry.ts";
import { RegistryIndex } from "../pm/registry/index/registry-index.ts";
import { SHARD_DIGITS } from "../pm/registry/index/shards.ts";
import { replaceIndex, updateIndex } from "../pm/registry/index/update-index.ts";
import { PackageRegistry } from "../pm/registry/package-registry.ts";
import type { RunPorts } from "./ports.ts";
import type { ProjectRegistries } from "./project-registries.ts";

/** The document of `pm index`. */
export interface IndexResult {
  readonly registry: string;
  readonly reference: string;
  readonly manifest: string;
  readonly packages: number;
  readonly versions: number;
}

const PACKAGES_AT_ONCE = 8;

/**
 * Has the index say of names what their tags say, after versions were published, copied or yanked. An index is a hint, so that a failure is a warning:
 * what was published is published. A folder gets its first index from `pm index` alone, as reading its layouts costs little.
 */
export async function recordInIndex(
  registries: ProjectRegistries,
  registry: string,
  names: readonly PackageName[],
  { signal, onEvent }: RunPorts,
): Promise<void> {
  try {
    const repository = registries.repository(registry, INDEX_REPOSITORY, "push");
    if (registries.location(registry).kind === "file" && !(await repository.resolve(INDEX_TAG, { signal }))) return;
    await updateIndex(repository, names, (name, known) => currentEntries(registries, registry, name, known, signal), {
      signal,
    });
  } catch (error) {
    if (!isVoxError(error)) throw error;
    const message = `the index of registry \`${registry}\` does not tell of this yet: ${error.message}`;
    onEvent({ kind: "warning", code: "INDEX_NOT_UPDATED", message, hint: indexHint(registry) });
  }
}

/** A place that was named by its location is no registry of the project yet. */
const indexHint = (registry: string): string =>
  /^[\w-]+$/.test(registry)
    ? `run \`vox pm index --registry ${registry}\``
    : "run `vox pm index --registry NAME` in a project that has it under [registries]";

/**
 * Writes the index of a registry anew, from its tags.
 * @throws {VoxError} REGISTRY_UNKNOWN, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, and what is wrong with a version
 */
export async function rebuildIndex(registries: ProjectRegistries, registry: string, ports: RunPorts): Promise<IndexResult> {
  const { signal } = ports;
  const location = registries.location(registry);
  const repository = registries.repository(registry, INDEX_REPOSITORY, "push");
  const names = await knownNames(registries, registry, repository, ports);
  const entries = await entriesReachedFrom(names, (name) => usableEntries(registries, registry, name, ports));
  const manifest = await replaceIndex(repository, entries, { signal });
  return {
    registry,
    reference: `${formatRegistryLocation(location)}/${INDEX_REPOSITORY}:${INDEX_TAG}`,
    manifest: manifest.digest,
    packages: new Set(entries.map(({ name }) => name)).size,
    versions: entries.length,
  };
}

/** A name with a version that cannot be read is left to its tags: they tell whoever asks for it what is wrong. */
async function usableEntries(
  registries: ProjectRegistries,
  registry: string,
  name: PackageName,
  { signal, onEvent }: RunPorts,
): Promise<readonly IndexEntry[]> {
  try {
    return await currentEntries(registries, registry, name, [], signal);
  } catch (error) {
    if (!isVoxError(error) || !BROKEN_CONTENT.has(error.code)) throw error;
    onEvent({ kind: "warning", code: error.code, message: `\`${name}\` is left out of the index: ${error.message}` });
    return [];
  }
}

const BROKEN_CONTENT: ReadonlySet<string> = new Set([
  "OCI_INVALID",
  "CONTENT_MISMATCH",
  "CONTENT_MISSING",
  "CONTENT_TOO_LARGE",
  "VERSION_INVALID",
]);

/** Every version by tag. A version does not change, so that only new ones are read; yank marks do. */
async function currentEntries(
  registries: ProjectRegistries,
  registry: string,
  name: PackageName,
  known: readonly IndexEntry[],
  signal: AbortSignal,
): Promise<readonly IndexEntry[]> {
  const repositoryFor = (packageName: PackageName) => registries.repository(registry, packageName);
  const source = new PackageRegistry({ name: registry, repositoryFor });
  const versions = await source.versions(name, { signal });
  const entries = await mapConcurrent(versions, PACKAGES_AT_ONCE, async ({ version, yanked }) => {
    const old = known.find((entry) => entry.version === version);
    if (old) return [{ ...old, yanked }];
    const release = await source.release(name, version, { signal });
    return release ? [indexEntryOf(release, yanked)] : [];
  });
  return entries.flat();
}

/** Names from the registry's own list and from the index that is there; what they depend on is found on the way. */
async function knownNames(
  registries: ProjectRegistries,
  registry: string,
  repository: Repository,
  { signal, onEvent }: RunPorts,
): Promise<readonly PackageName[]> {
  const indexed = await indexedNames(repository, signal);
  try {
    return [...indexed, ...(await registries.packageNames(registry, signal))].filter(isIndexable);
  } catch (error) {
    if (!isVoxError(error)) throw error;
    const message = `registry \`${registry}\` does not list its packages, so those that its index knew are indexed: ${error.message}`;
    onEvent({ kind: "warning", code: error.code, message });
    return indexed.filter(isIndexable);
  }
}

const isIndexable = (name: string): name is PackageName => isPackageName(name) && name !== INDEX_REPOSITORY;

/** An index that cannot be read names nothing: it is about to be replaced. */
async function indexedNames(repository: Repository, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const index = await RegistryIndex.open(repository, { signal });
    if (!index) return [];
    const shards = await Promise.all(SHARD_DIGITS.map((digit) => index.shard(digit)));
    return shards.flatMap((shard) => shard.names);
  } catch (error) {
    if (!isVoxError(error)) throw error;
    return [];
  }
}

async function entriesReachedFrom(
  names: readonly PackageName[],
  entriesOf: (name: PackageName) => Promise<readonly IndexEntry[]>,
): Promise<readonly IndexEntry[]> {
  const seen = new Set<PackageName>(names);
  const found: IndexEntry[] = [];
  let level: readonly PackageName[] = [...seen];
  while (level.length > 0) {
    const entries = (await mapConcurrent(level, PACKAGES_AT_ONCE, entriesOf)).flat();
    found.push(...entries);
    const asked = entries.flatMap(({ dependencies, skills }) => [...dependencies, ...skills].map(({ name }) => name));
    level = [...new Set(asked)].filter((name) => !seen.has(name));
    for (const name of level) seen.add(name);
  }
  return found;
}
