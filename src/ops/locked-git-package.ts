import type { PackageName } from "../core/package-name.ts";
import type { ClosurePackage, PackageWishes } from "../pm/lockfile/closure.ts";
import type { LockedSource } from "../pm/lockfile/lockfile.ts";

type LockedGit = Extract<LockedSource, { readonly kind: "git" }>;

/** A git package of a closure. */
export interface LockedGitPackage {
  readonly name: PackageName;
  readonly version: string;
  readonly source: LockedGit;
  readonly wishes: PackageWishes;
}

/** A closure's entry that comes from git. */
export const gitPackage = (
  { name, version = "", wishes = { requires: [], featureTable: [] } }: ClosurePackage,
  source: LockedGit,
): LockedGitPackage => ({ name, version, source, wishes });
