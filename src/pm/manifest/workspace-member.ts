import type { PackageManifest } from "./manifest.ts";

/** A package of the workspace; `path` is its folder, relative to the root, `.` for the root's own. */
export interface WorkspaceMember {
  readonly path: string;
  readonly manifest: PackageManifest;
  /** Of its Vox.toml, to edit it and to say where something stands. */
  readonly text: string;
  /** Texts of the Dockerfiles that its [deploy] names, by path relative to the member. */
  readonly dockerfiles?: ReadonlyMap<string, string>;
}

/** A package that a path dependency reaches and that is no member; `path` may begin with `..`. */
export interface PathPackage {
  readonly path: string;
  readonly manifest: PackageManifest;
}
