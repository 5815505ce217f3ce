import { type Digest, digestOf } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DesiredState } from "../pm/lockfile/desired-state.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import { parseLock } from "../pm/lockfile/parse-lock.ts";
import { assertFresh } from "../pm/lockfile/staleness.ts";
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
