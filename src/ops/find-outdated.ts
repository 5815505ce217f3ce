import semver from "semver";
import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import { packageNameKey, type PackageName } from "../core/package-name.ts";
import { isVoxError } from "../errors/vox-error.ts";
import { activate } from "../pm/lockfile/activate.ts";
import { parsePatchSource } from "../pm/lockfile/requires-line.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace-member.ts";
import { type ListedVersion, RangeCache, VersionList } from "../pm/resolver/version-list.ts";
import { highest, intersection } from "../pm/resolver/version-set.ts";
import { lockBaseImages } from "./lock-base-images.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import { publishedVersions } from "./open-registry.ts";
import type { ImagePorts, RunPorts } from "./ports.ts";
import { type LockedGraph, projectsOf, readLockedGraph } from "./read-locked-graph.ts";

/** A locked package of a registry, and what the registry has now. */
export interface PackageNews {
  readonly name: PackageName;
  readonly registry: string;
  readonly locked: string;
  /** The highest version that everybody's ranges admit; absent when none does any more. */
  readonly admitted?: string;
  /** The highest release of all that may be chosen; a pre-release where there is nothing else. */
  readonly highest?: string;
}

export interface BaseImageNews {
  readonly reference: string;
  readonly locked: Digest;
  /** What the tag names now; absent when that could not be asked. */
  readonly now?: Digest;
}

export interface News {
  readonly packages: readonly PackageNews[];
  readonly baseImages: readonly BaseImageNews[];
}

const QUESTIONS_AT_ONCE = 8;

type NewsPorts = Pick<ImagePorts, "imageRepository" | "imageLayout" | "now"> & RunPorts;

/**
 * What is newer than the lock, by package and base image; nothing is changed.
 * @throws {VoxError} LOCK_MISSING, LOCK_INVALID, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OFFLINE_UNPROVABLE
 */
export async function findOutdated(
  project: OpenProject,
  wish: { readonly members: readonly WorkspaceMember[]; readonly hold: LockHold },
  ports: NewsPorts,
): Promise<News> {
  const locked = await readLockedGraph(project, ports);
  const ranges = rangesByName(locked, project.workspace.members);
  const reached = rangesByName(locked, wish.members);
  const wanted = locked.lock.packages.filter(({ name }) => reached.has(packageNameKey(name)));
  const packages = await mapConcurrent(wanted, QUESTIONS_AT_ONCE, async ({ name, version, source }) => {
    if (source.kind !== "registry" || version === undefined) return [];
    const { versions } = await publishedVersions(project, { registry: source.registry, name }, wish.hold, ports);
    const asked = ranges.get(packageNameKey(name)) ?? [];
    return [{ name, registry: source.registry, locked: version, ...newestOf(versions, asked, version) }];
  });
  return { packages: packages.flat(), baseImages: await baseImageNews(project, locked, wish.hold, ports) };
}

/** All ranges that are asked of each package that the members reach, by the name's key; a patch speaks for everybody. */
function rangesByName(locked: LockedGraph, members: readonly WorkspaceMember[]): ReadonlyMap<string, readonly string[]> {
  const roots = projectsOf(locked, members).map((node) => ({ node, features: "all" as const, dev: true }));
  const patches = new Map(
    locked.lock.patches.map(({ name, replacement }) => [packageNameKey(name), parsePatchSource(replacement)]),
  );
  const ranges = new Map<string, string[]>();
  for (const { requirement } of activate(locked.graph, roots).links) {
    const key = packageNameKey(requirement.name);
    const source = patches.get(key) ?? requirement.source;
    ranges.set(key, [...(ranges.get(key) ?? []), ...(source.kind === "registry" ? [source.range] : [])]);
  }
  return ranges;
}

function newestOf(
  published: readonly ListedVersion[],
  ranges: readonly string[],
  locked: string,
): Pick<PackageNews, "admitted" | "highest"> {
  // What is locked may stay although it was yanked.
  const list = new VersionList(published, { permitted: new Set([locked]) }, new RangeCache());
  const admitted = highest(ranges.reduce((set, range) => intersection(set, list.match(range)), list.all));
  const free = published.filter(({ yanked, young }) => !yanked && !young).map(({ version }) => version);
  const top = free.findLast((version) => semver.prerelease(version) === null) ?? free.at(-1);
  return {
    ...(admitted === undefined ? {} : { admitted: list.textAt(admitted) }),
    ...(top === undefined ? {} : { highest: top }),
  };
}

/** Base images of the whole workspace: a registry that cannot be asked leaves a gap and is told. */
const baseImageNews = (
  project: OpenProject,
  { lock }: LockedGraph,
  hold: LockHold,
  ports: NewsPorts,
): Promise<BaseImageNews[]> =>
  mapConcurrent(lock.baseImages, QUESTIONS_AT_ONCE, async ({ reference, digest }) => {
    const asked = project.desired.baseImages.filter((request) => request.reference === reference);
    try {
      const [now] = await lockBaseImages({ ...project, desired: { ...project.desired, baseImages: asked } }, [], hold, ports);
      return { reference, locked: digest, ...(now ? { now: now.digest } : {}) };
    } catch (error) {
      if (!isVoxError(error) || ports.signal.aborted) throw error;
      ports.onEvent({ kind: "warning", code: error.code, message: `base image \`${reference}\`: ${error.message}` });
      return { reference, locked: digest };
    }
  });
