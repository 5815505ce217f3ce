import { canonicalJson } from "../core/canonical-json.ts";
import { type Digest, digestOf } from "../core/digest.ts";
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

/** All that the lock says of a git package, as one digest: a changed line is another package. */
export const gitPackageKey = ({ name, version, source, wishes }: LockedGitPackage): Digest =>
  digestOf(
    canonicalJson({ name, version, url: source.url, commit: source.commit, diffId: source.diffId, wishes: { ...wishes } }),
  );

/** A closure's entry that comes from git. */
export const gitPackage = (
  { name, version = "", wishes = { requires: [], featureTable: [] } }: ClosurePackage,
  source: LockedGit,
): LockedGitPackage => ({ name, version, source, wishes });
