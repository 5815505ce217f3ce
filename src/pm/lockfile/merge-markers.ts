import semver from "semver";
import { packageNameKey } from "../../core/package-name.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import type { LockedPackage, Lockfile } from "./lockfile.ts";
import { parseLock } from "./parse-lock.ts";

const OURS = /^<{7}( |$)/;
const BASE = /^\|{7}( |$)/;
const MIDDLE = /^={7}$/;
const THEIRS = /^>{7}( |$)/;

/** Whether version control left both sides of a merge in the text. */
export const hasMergeMarkers = (text: string): boolean => /^(<{7}|>{7})( |$)/m.test(text);

/**
 * The locks of both sides of a merge: what either has locked is preferred, and everything is resolved and proved again
 * (contracts, §3). A side that is no lock by itself has no preferences.
 */
export function lockSides(text: string): readonly Lockfile[] {
  return (["ours", "theirs"] as const).flatMap((side) => {
    try {
      return [parseLock(sideOf(text, side))];
    } catch (error) {
      if (isVoxError(error, "LOCK_INVALID")) return [];
      throw error;
    }
  });
}

/** One entry a name over several locks: the higher version, so that neither side goes back. */
export function preferredPackages(locks: readonly Lockfile[]): readonly LockedPackage[] {
  const best = new Map<string, LockedPackage>();
  for (const locked of locks.flatMap((lock) => lock.packages)) {
    const known = best.get(packageNameKey(locked.name));
    if (!known || isHigher(locked, known)) best.set(packageNameKey(locked.name), locked);
  }
  return [...best.values()];
}

const isHigher = (left: LockedPackage, right: LockedPackage): boolean =>
  semver.valid(left.version) !== null &&
  semver.valid(right.version) !== null &&
  semver.gt(left.version ?? "", right.version ?? "");

function sideOf(text: string, wanted: "ours" | "theirs"): string {
  let side: "both" | "ours" | "base" | "theirs" = "both";
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    if (side === "both" && OURS.test(line)) side = "ours";
    else if (side === "ours" && BASE.test(line)) side = "base";
    else if ((side === "ours" || side === "base") && MIDDLE.test(line)) side = "theirs";
    else if (side === "theirs" && THEIRS.test(line)) side = "both";
    else if (side === "both" || side === wanted) lines.push(line);
  }
  return lines.join("\n");
}
