import semver from "semver";
import { mapConcurrent } from "../core/concurrency.ts";
import { isPackageName, type PackageName, parsePackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { LockedArchives, Lockfile } from "../pm/lockfile/lockfile.ts";
import { semverRangeText } from "../pm/manifest/requirement.ts";
import { INDEX_REPOSITORY } from "../pm/registry/index/index-artifact.ts";
import { PackageRegistry, type PublishedVersion } from "../pm/registry/package-registry.ts";
import type { MirrorPlace } from "./mirror-places.ts";

/** One version that is to be copied. */
export interface MirrorItem {
  readonly registry: string;
  readonly name: PackageName;
  readonly version: string;
  /** What a lock says of it. */
  readonly locked?: LockedArchives;
}

export interface NamedSelection {
  /** `NAME` or `NAME@VERSION`. */
  readonly names: readonly string[];
  /** Whether a name without a version stands for all of them, not for the newest. */
  readonly allVersions: boolean;
  /** Whether every version follows that a copied one may be resolved with. */
  readonly withDependencies: boolean;
}

const NAMES_AT_ONCE = 8;

/** The registry packages of a lock, all members' and all scopes'; of one registry, when it is named. */
export const lockedItems = (lock: Lockfile, registry?: string): readonly MirrorItem[] =>
  lock.packages.flatMap(({ name, version, source }) => {
    if (source.kind !== "registry" || version === undefined) return [];
    if (registry !== undefined && source.registry !== registry) return [];
    return [{ registry: source.registry, name, version, locked: source.archives }];
  });

/**
 * Every version of every package that a registry lists.
 * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED where it does not list them
 */
export async function allItems(place: MirrorPlace, signal: AbortSignal): Promise<readonly MirrorItem[]> {
  const names = await place.registries.packageNames(place.registry, signal);
  const packages = names.filter((name): name is PackageName => isPackageName(name) && name !== INDEX_REPOSITORY);
  const versions = await mapConcurrent(packages, NAMES_AT_ONCE, async (name) =>
    itemsOf(place, name, await versionsOf(place, name, signal)),
  );
  return versions.flat();
}

/**
 * The versions that are named, and with dependencies each version that matches a requirement of one that is copied: nothing is
 * resolved, so that whatever could be resolved at the source can be at the destination.
 * @throws {VoxError} PACKAGE_UNKNOWN, PACKAGE_NAME_INVALID
 */
export async function namedItems(
  place: MirrorPlace,
  { names, allVersions, withDependencies }: NamedSelection,
  signal: AbortSignal,
): Promise<readonly MirrorItem[]> {
  const named = await mapConcurrent(names, NAMES_AT_ONCE, (text) => itemsNamed(place, text, allVersions, signal));
  const items = new Map(named.flat().map((item) => [keyOf(item), item]));
  for (let level = [...items.values()]; withDependencies && level.length > 0;) {
    const found = await mapConcurrent(level, NAMES_AT_ONCE, (item) => itemsRequiredBy(place, item, signal));
    level = found.flat().filter((item) => !items.has(keyOf(item)));
    for (const item of level) items.set(keyOf(item), item);
    level = [...new Map(level.map((item) => [keyOf(item), item])).values()];
  }
  return [...items.values()];
}

const keyOf = ({ name, version }: MirrorItem): string => `${name}@${version}`;

async function itemsNamed(place: MirrorPlace, text: string, all: boolean, signal: AbortSignal): Promise<readonly MirrorItem[]> {
  const at = text.indexOf("@");
  const name = parsePackageName(at < 0 ? text : text.slice(0, at));
  const asked = at < 0 ? undefined : text.slice(at + 1);
  const versions = await versionsOf(place, name, signal);
  if (versions.length === 0) throw new VoxError("PACKAGE_UNKNOWN", `registry \`${place.registry}\` has no package \`${name}\``);
  const wanted =
    asked === undefined ? (all ? versions : newest(versions)) : versions.filter(({ version }) => version === asked);
  if (wanted.length > 0) return itemsOf(place, name, wanted);
  const last = versions.at(-1)?.version ?? "";
  throw new VoxError("PACKAGE_UNKNOWN", `registry \`${place.registry}\` has no \`${text}\``, {
    hint: `name a version that it has, such as \`${name}@${last}\``,
  });
}

/** The highest that is neither yanked nor a prerelease; of what is left, the highest. */
function newest(versions: readonly PublishedVersion[]): readonly PublishedVersion[] {
  const released = versions.filter(({ version }) => semver.prerelease(version) === null);
  const usable = released.filter(({ yanked }) => !yanked);
  const last = (usable.length > 0 ? usable : released.length > 0 ? released : versions).at(-1);
  return last ? [last] : [];
}

async function itemsRequiredBy(
  place: MirrorPlace,
  { name, version }: MirrorItem,
  signal: AbortSignal,
): Promise<readonly MirrorItem[]> {
  const release = await registryOf(place).release(name, version, { signal });
  const matching = await mapConcurrent(release?.requirements ?? [], NAMES_AT_ONCE, async ({ name: asked, source }) => {
    const range = source.kind === "registry" ? semverRangeText(source.range) : "";
    const versions = await versionsOf(place, asked, signal);
    return itemsOf(
      place,
      asked,
      versions.filter((found) => !found.yanked && semver.satisfies(found.version, range)),
    );
  });
  return matching.flat();
}

const registryOf = ({ registries, registry }: MirrorPlace): PackageRegistry =>
  new PackageRegistry({ name: registry, repositoryFor: (name) => registries.repository(registry, name) });

const versionsOf = (place: MirrorPlace, name: PackageName, signal: AbortSignal): Promise<readonly PublishedVersion[]> =>
  registryOf(place).versions(name, { signal });

const itemsOf = ({ registry }: MirrorPlace, name: PackageName, versions: readonly PublishedVersion[]): readonly MirrorItem[] =>
  versions.map(({ version }) => ({ registry, name, version }));
