import type { Digest } from "../core/digest.ts";
import type { PackageName } from "../core/package-name.ts";
import type { Platform } from "../core/platform.ts";
import type { DeployIntent } from "./deploy-intent.ts";

/**
 * The handoff from the package manager to the container half: verified content named by digest, and nothing of this machine.
 * Bytes are read through a content store by these digests (contracts, §6).
 */
export interface MaterializedProject {
  readonly schemaVersion: 1;
  readonly identity: ProjectIdentity;
  /** sha256 of this member's production closure in canonical JSON: the image's `dev.vox.lock.digest`. */
  readonly closureDigest: Digest;
  /** sha256 of vox.lock's bytes. */
  readonly lockDigest: Digest;
  readonly mode: LockMode;
  /** What the member itself depends on, of the packages below; by name. */
  readonly dependencies: readonly PackageName[];
  /** The production closure, dependencies before dependents, else by name. */
  readonly packages: readonly MaterializedPackage[];
  /** What enters the application layer, by UTF-8 path. */
  readonly files: readonly ApplicationFile[];
  /** Of the base, and of every image that the project's own Dockerfile names. */
  readonly baseImages: readonly LockedBaseImage[];
  /** The project's own Dockerfile for the lower part, where there is one. */
  readonly dockerfile?: DockerfileSource;
  readonly deploy: DeployIntent;
}

/** How the lock was held while the project was materialized; the strictest of flag, variable and lane (contracts, §3 "Modes"). */
export type LockMode = "default" | "locked" | "frozen";

export interface ProjectIdentity {
  readonly name: PackageName;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly authors: readonly string[];
  readonly repository?: string;
  readonly homepage?: string;
  readonly documentation?: string;
  /** The commit, 40 hex, when the project is in git. */
  readonly revision?: string;
  /** Whether tracked files differ from that commit; true without one. */
  readonly dirty: boolean;
}

export interface MaterializedPackage {
  readonly name: PackageName;
  readonly version: string;
  /** As in vox.lock: `registry+default`, `git+…`, `path+…`. */
  readonly source: string;
  /** As its own Vox.toml says. */
  readonly license?: string;
  readonly dependencies: readonly PackageName[];
  /** The archive for every platform, or one for each. */
  readonly archive: PackageArchive | PlatformArchives;
}

export interface PackageArchive {
  readonly kind: "neutral";
  readonly blob: ArchiveBlob;
}

export interface PlatformArchives {
  readonly kind: "by-platform";
  readonly blobs: readonly (ArchiveBlob & { readonly platform: Platform })[];
}

/** A canonical package archive: at once the registry's blob, the cache's entry and the image's layer. */
export interface ArchiveBlob {
  readonly digest: Digest;
  readonly diffId: Digest;
  readonly mediaType: string;
  /** Bytes of the blob as stored. */
  readonly size: number;
}

export type ApplicationFile =
  | { readonly kind: "file"; readonly path: string; readonly digest: Digest; readonly size: number; readonly mode: FileMode }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string };

/** The two modes that content can have; everything else about a file's mode is dropped. */
export type FileMode = 0o644 | 0o755;

export interface DockerfileSource {
  /** Relative to the project, as the paths of its context. */
  readonly path: string;
  readonly text: string;
  /** The build's context without the Dockerfile, by UTF-8 path. */
  readonly context: readonly ApplicationFile[];
}

export interface LockedBaseImage {
  /** As written in Vox.toml. */
  readonly reference: string;
  /** What the tag named when it was locked: an index, normally. */
  readonly digest: Digest;
  readonly platforms: readonly { readonly platform: Platform; readonly digest: Digest }[];
}
