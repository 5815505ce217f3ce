import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import { isSystemError, systemFailure } from "./fs-errors.ts";

/** A lock whose holder has not been heard of for so long is taken over, in milliseconds. */
const STALE_MS = 15_000;
/** About half a minute of waiting in all. */
const PATIENCE = { retries: 140, factor: 1.2, minTimeout: 5, maxTimeout: 250, randomize: true };

/**
 * Runs work while no other process runs its own under the same name in the same directory; the directory is made if need be.
 * The work asserts that the lock is still held before it makes its change visible.
 * @throws {VoxError} LOCK_HELD, CANNOT_WRITE
 */
export async function withDirectoryLock<T>(directory: string, name: string, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  const lock = await acquire(directory, name);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}

export interface HeldLock {
  /** @throws {VoxError} LOCK_HELD when another process took it over */
  assertHeld(): void;
}

async function acquire(directory: string, name: string): Promise<HeldLock & { release(): Promise<void> }> {
  const { default: lockfile } = await import("proper-lockfile");
  let compromised: Error | undefined;
  try {
    await mkdir(directory, { recursive: true });
    // Where nothing can be written there is nothing to wait for.
    await access(directory, constants.W_OK);
    const release = await lockfile.lock(directory, {
      lockfilePath: join(directory, name),
      realpath: false,
      stale: STALE_MS,
      retries: PATIENCE,
      onCompromised: (error) => {
        compromised = error;
      },
    });
    return {
      assertHeld: () => {
        if (compromised)
          throw new VoxError("LOCK_HELD", `the lock of \`${directory}\` was taken over by another process`, {
            cause: compromised,
          });
      },
      // A lock that was taken over is no longer ours to give back.
      release: () => release().catch(() => undefined),
    };
  } catch (error) {
    if (isSystemError(error, "ELOCKED"))
      throw new VoxError("LOCK_HELD", `\`${directory}\` is being written by another process`, { cause: error });
    throw systemFailure(error, "CANNOT_WRITE", `\`${directory}\` cannot be written`);
  }
}
