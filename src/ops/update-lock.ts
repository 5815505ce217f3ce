import semver from "semver";
import { nearestWord } from "../core/nearest-word.ts";
import { packageNameKey, parsePackageName, type PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { refuseHeldLock } from "./edit-manifest-file.ts";
import type { LockHold } from "./lock-hold.ts";
import { lockProject, type LockPorts, type LockResult, type UpdateRequest } from "./lock-project.ts";
import type { OpenProject } from "./open-project.ts";
import { readOldLock } from "./read-lock.ts";

/** What `vox update` asks. */
export interface UpdateWish {
  /** Packages to move; none moves all. */
  readonly names: readonly string[];
  /** The version that the one name is to have. */
  readonly precise?: string;
  /** Asks the tags of base images again; without names, packages stay as they are. */
  readonly baseImages: boolean;
}

/**
 * Locks anew without keeping what is locked for some names, or for all.
 * @throws {VoxError} USAGE, VERSION_INVALID, DEPENDENCY_UNKNOWN, LOCK_MISSING, LOCK_STALE when the lock is held, NO_SOLUTION
 */
export async function updateLock(
  project: OpenProject,
  wish: UpdateWish,
  hold: LockHold,
  ports: LockPorts,
): Promise<LockResult> {
  await refuseHeldLock({ project, hold }, "update");
  return lockProject(project, hold, ports, await requestFrom(project, wish));
}

async function requestFrom(project: OpenProject, wish: UpdateWish): Promise<UpdateRequest> {
  const { names, precise, baseImages } = wish;
  if (names.length === 0) {
    if (precise !== undefined) throw oneName(names);
    return { unlocked: baseImages ? undefined : "all", baseImages };
  }
  const locked = (await readOldLock(project.files))?.packages;
  if (!locked) throw new VoxError("LOCK_MISSING", "there is no `vox.lock` to update", { place: { file: "vox.lock" } });
  const unlocked = new Set(names.map((name) => lockedName(name, locked)));
  if (precise === undefined) return { unlocked, baseImages };
  const [only] = unlocked;
  if (only === undefined || names.length !== 1) throw oneName(names);
  if (locked.find(({ name }) => name === only)?.source.kind !== "registry")
    throw new VoxError("USAGE", `\`${only}\` does not come from a registry, so that there is no version to choose`, {
      hint: `change its source in Vox.toml, or run \`vox update ${only}\``,
    });
  return { unlocked, precise: new Map([[only, exactVersion(precise)]]), baseImages };
}

function lockedName(word: string, locked: readonly { readonly name: PackageName }[]): PackageName {
  const wanted = parsePackageName(word);
  const found = locked.find(({ name }) => packageNameKey(name) === packageNameKey(wanted));
  if (found) return found.name;
  const near = nearestWord(
    wanted,
    locked.map(({ name }) => name),
  );
  throw new VoxError("DEPENDENCY_UNKNOWN", `\`${wanted}\` is not in vox.lock`, {
    place: { file: "vox.lock" },
    hint: near === undefined ? "run `vox tree` to see what is" : `did you mean \`vox update ${near}\`?`,
  });
}

function exactVersion(text: string): string {
  const version = semver.parse(text.replace(/^[=v]/, ""));
  if (version) return version.raw;
  throw new VoxError("VERSION_INVALID", `\`${text}\` is not a version`, {
    hint: "write all three numbers, as in `--precise 1.2.3`",
  });
}

const oneName = (names: readonly string[]): VoxError =>
  new VoxError("USAGE", "`--precise` is for exactly one package", {
    hint: `run \`vox update ${names[0] ?? "NAME"} --precise VERSION\``,
  });
