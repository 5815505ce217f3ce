import { mapConcurrent } from "../core/concurrency.ts";
import { packageNameKey } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { LockedPackage, Lockfile } from "../pm/lockfile/lockfile.ts";
import { staleReasons } from "../pm/lockfile/staleness.ts";
import type { Check } from "./check.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import { LOCK_FILE, readLock } from "./read-lock.ts";
import { modulesCheck } from "./verify-modules.ts";
import { packageChecks } from "./verify-packages.ts";

export interface VerifyOptions {
  readonly hold: LockHold;
  /** All packages and `.vox_modules` when none is named. */
  readonly names: readonly string[];
}

/** The document of `pm verify`. */
export interface VerifyResult {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

type VerifyPorts = FolderPorts & CachePorts & GitPorts & ImagePorts & RunPorts;

const PACKAGES_AT_ONCE = 4;

/**
 * Proves what vox.lock says against registries, archives and `.vox_modules`; every failure is a check of the answer, and the next one is made.
 * @throws {VoxError} LOCK_MISSING, LOCK_INVALID, DEPENDENCY_UNKNOWN
 */
export async function verifyLock(
  project: OpenProject,
  { hold, names }: VerifyOptions,
  ports: VerifyPorts,
): Promise<VerifyResult> {
  const read = await readLock(project.files);
  if (!read) throw new VoxError("LOCK_MISSING", `there is no \`${LOCK_FILE}\``, { place: { file: LOCK_FILE } });
  const proofs = { project, lock: read.lock, hold };
  const wanted = packagesNamed(read.lock, names);
  const packages = await mapConcurrent(wanted, PACKAGES_AT_ONCE, (locked) => packageChecks(proofs, locked, ports));
  // Last, when archives that are needed for it have come.
  const members = names.length > 0 ? [] : project.workspace.members;
  const modules = await mapConcurrent(members, 1, (member) => modulesCheck(proofs, member, ports));
  const checks = [freshness(project, read.lock), ...packages.flat(), ...modules.flat()];
  return { ok: checks.every(({ ok }) => ok), checks };
}

function freshness({ desired }: OpenProject, lock: Lockfile): Check {
  const [reason] = staleReasons(lock, desired);
  return { id: LOCK_FILE, ok: reason === undefined, detail: reason ?? "it says what the manifests ask" };
}

function packagesNamed(lock: Lockfile, names: readonly string[]): readonly LockedPackage[] {
  if (names.length === 0) return lock.packages;
  return names.map((name) => {
    const found = lock.packages.find((locked) => packageNameKey(locked.name) === packageNameKey(name));
    if (found) return found;
    throw new VoxError("DEPENDENCY_UNKNOWN", `\`${name}\` is not in vox.lock`, {
      place: { file: LOCK_FILE },
      hint: "run `vox tree` to see what is",
    });
  });
}
