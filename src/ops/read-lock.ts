import { type Digest, digestOf } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DesiredState } from "../pm/lockfile/desired-state.ts";
import type { LockedPackage, Lockfile } from "../pm/lockfile/lockfile.ts";
import { hasMergeMarkers, lockSides, preferredPackages } from "../pm/lockfile/merge-markers.ts";
import { parseLock } from "../pm/lockfile/parse-lock.ts";
import { assertFresh, staleReasons } from "../pm/lockfile/staleness.ts";
import type { LockedBaseImage } from "../project/materialized-project.ts";
import type { ProjectFiles } from "../pm/manifest/project-files.ts";

export const LOCK_FILE = "vox.lock";

/** A lock, and the bytes that it was read from. */
export interface ReadLock {
  readonly lock: Lockfile;
  readonly text: string;
  readonly digest: Digest;
}

/** @throws {VoxError} LOCK_INVALID, LOCK_VERSION */
export async function readLock(files: ProjectFiles): Promise<ReadLock | undefined> {
  const text = await files.readText(LOCK_FILE);
  return text === undefined ? undefined : { lock: parseLock(text, LOCK_FILE), text, digest: digestOf(text) };
}

/** What an old vox.lock says to a new one. */
export interface OldLock {
  readonly text: string;
  /** Absent when a merge left two. */
  readonly lock?: Lockfile;
  /** What it was made of: itself, or both sides of a merge. */
  readonly sides: readonly Lockfile[];
  /** Versions to keep where they fit, one a name. */
  readonly packages: readonly LockedPackage[];
  readonly baseImages: readonly LockedBaseImage[];
}

/**
 * The lock that is to be written anew; merge-conflict markers in it are resolved by writing it.
 * @throws {VoxError} LOCK_INVALID, LOCK_VERSION
 */
export async function readOldLock(files: ProjectFiles): Promise<OldLock | undefined> {
  const text = await files.readText(LOCK_FILE);
  if (text === undefined) return undefined;
  if (hasMergeMarkers(text)) {
    const sides = lockSides(text);
    return { text, sides, packages: preferredPackages(sides), baseImages: sides.flatMap((side) => side.baseImages) };
  }
  const lock = parseLock(text, LOCK_FILE);
  return { text, lock, sides: [lock], packages: lock.packages, baseImages: lock.baseImages };
}

/**
 * The lock beside a workspace's root manifest, which must be there and fresh; decided from files alone, before anything else is looked at (contracts, §3).
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, LOCK_INVALID, LOCK_VERSION
 */
export async function freshLock(files: ProjectFiles, desired: DesiredState): Promise<ReadLock> {
  const read = await readLock(files);
  if (!read) throw new VoxError("LOCK_MISSING", `there is no \`${LOCK_FILE}\``, { place: { file: LOCK_FILE } });
  assertFresh(read.lock, desired, LOCK_FILE);
  return read;
}

/**
 * The lock, if it is there, whole and fresh.
 * @throws {VoxError} LOCK_INVALID, LOCK_VERSION
 */
export async function lockIfFresh(files: ProjectFiles, desired: DesiredState): Promise<ReadLock | undefined> {
  const text = await files.readText(LOCK_FILE);
  if (text === undefined || hasMergeMarkers(text)) return undefined;
  const lock = parseLock(text, LOCK_FILE);
  return staleReasons(lock, desired).length === 0 ? { lock, text, digest: digestOf(text) } : undefined;
}
