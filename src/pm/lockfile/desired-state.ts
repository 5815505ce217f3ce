import type { PackageName } from "../../core/package-name.ts";
import type { BaseImageRequest } from "../manifest/base-image-requests.ts";
import type { LockedPatch, LockedProject, LockedRegistry } from "./lockfile.ts";

/** What the manifests of a workspace ask of its lock, in the lock's own words. */
export interface DesiredState {
  readonly projects: readonly LockedProject[];
  readonly pathPackages: readonly DesiredPathPackage[];
  /** What versions the projects and path packages have now, by path: the lock does not hold them. */
  readonly folderVersions: ReadonlyMap<string, string>;
  /** Every registry that the project declares, and `default`. */
  readonly registries: readonly LockedRegistry[];
  readonly patches: readonly LockedPatch[];
  readonly baseImages: readonly BaseImageRequest[];
}

export interface DesiredPathPackage {
  readonly name: PackageName;
  /** Relative to the lock. */
  readonly path: string;
  readonly requires: readonly string[];
  readonly featureTable: readonly string[];
}
