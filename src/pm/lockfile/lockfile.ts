import type { Digest } from "../../core/digest.ts";
import type { PackageName } from "../../core/package-name.ts";
import type { Platform } from "../../core/platform.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";

/** vox.lock, the resolved state (contracts, §3). Every list is sorted; the text is a function of this value. */
export interface Lockfile {
  readonly version: 1;
  readonly revision: number;
  readonly projects: readonly LockedProject[];
  readonly registries: readonly LockedRegistry[];
  readonly packages: readonly LockedPackage[];
  readonly patches: readonly LockedPatch[];
  readonly baseImages: readonly LockedBaseImage[];
}

/** What one workspace member's manifest asks, normalised. */
export interface LockedProject {
  readonly name: PackageName;
  /** Folder, relative to the lock, `/`-separated; `.` for the lock's own. */
  readonly path: string;
  /** Requires lines; see `requires-line.ts`. */
  readonly requires: readonly string[];
  /** `name=item,item`, sorted; absent features are no features. */
  readonly featureTable: readonly string[];
}

export interface LockedRegistry {
  readonly name: string;
  /** As the project names it, or `default` for the machine's own default registry. */
  readonly index: string;
}

/** One archive as the registry holds it. */
export interface LockedArchive {
  /** The registry's manifest; registry packages only. */
  readonly manifest: Digest;
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly mediaType: string;
  readonly size: number;
}

export type LockedSource =
  | { readonly kind: "registry"; readonly registry: string; readonly archives: LockedArchives }
  | { readonly kind: "git"; readonly url: string; readonly commit: string; readonly diffId: Digest }
  | { readonly kind: "path"; readonly path: string };

export type LockedArchives =
  | { readonly kind: "neutral"; readonly archive: LockedArchive }
  | { readonly kind: "by-platform"; readonly archives: readonly (LockedArchive & { readonly platform: Platform })[] };

export interface LockedPackage {
  readonly name: PackageName;
  /** Absent for `path+` packages, whose version is whatever their manifest says now. */
  readonly version?: string;
  readonly source: LockedSource;
  /** Active features, over all members of the workspace. */
  readonly features: readonly string[];
  readonly requires: readonly string[];
  readonly featureTable: readonly string[];
  /** Active edges, production. */
  readonly dependencies: readonly PackageName[];
  /** Active edges that only a dev-dependency brings in. */
  readonly devDependencies: readonly PackageName[];
}

export interface LockedPatch {
  readonly name: PackageName;
  /** The replacement, written as in a requires line: `path:…`, `git:…` or a requirement. */
  readonly replacement: string;
}
