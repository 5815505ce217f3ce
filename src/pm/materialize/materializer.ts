import type { MachineCodeFile } from "../../archive/machine-code.ts";
import type { ArchiveSink, ExpectedArchive, ReadArchive } from "../../archive/read-package-archive.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import type { Digest } from "../../core/digest.ts";
import type { EventSink } from "../../core/events.ts";
import type { ArchivedManifest } from "../registry/archived-manifest.ts";
import type { ArchivedPackage } from "./closure.ts";

/** How `.vox_modules` comes by its content (contracts, §3). */
export const LINK_MODES = ["symlink", "hardlink", "copy"] as const;
export type LinkMode = (typeof LINK_MODES)[number];

/** `quick` re-hashes the files whose inode, size or ctime changed; `full` re-hashes all. */
export type VerifyMode = "quick" | "full";

export interface MaterializeRequest {
  readonly packages: readonly ArchivedPackage[];
  /** Absolute; the folder that gets `.vox_modules`. */
  readonly projectDir: string;
  readonly linkMode: LinkMode;
  readonly verify: VerifyMode;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventSink;
  /** Brings a package's blob into the cache anew, after it was found spoilt there or missing. */
  readonly refetch?: (entry: ArchivedPackage) => Promise<void>;
  /** Compares what an archive says of itself with what the registry or the lock says; throws when they differ. */
  readonly proveManifest?: (entry: ArchivedPackage, manifest: ArchivedManifest) => void;
}

/** A closure and where it is to be. */
export type LinkWish = Pick<MaterializeRequest, "packages" | "projectDir" | "linkMode" | "onEvent">;

/** Every count is of packages. */
export interface MaterializeResult {
  readonly closure: Digest;
  readonly packages: number;
  /** Put in place by this run: none when `.vox_modules` was right already. */
  readonly linked: number;
  /** Proved by this run, by unpacking or by their recorded files. */
  readonly verified: number;
  /** Found changed since they were unpacked, and put right. */
  readonly repaired: number;
}

/** Puts a closure into the cache, proves it, and links a project to it. */
export interface Materializer {
  /**
   * Links a closure in which nothing has to be unpacked, fetched or repaired; `undefined` for any other, of which nothing was done.
   * @throws {VoxError} CANNOT_WRITE
   */
  linkUntouched(request: LinkWish): MaterializeResult | undefined;
  /** Whether the closure was unpacked before, so that its blobs are needed for repairs only. */
  holds(packages: readonly ArchivedPackage[]): boolean;
  /** @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_METADATA_MISMATCH, CACHE_CORRUPT, CONTENT_MISSING, CANNOT_WRITE */
  materialize(request: MaterializeRequest): Promise<MaterializeResult>;
}

/** The strict reader of package archives (contracts, §4). */
export type ReadPackageArchive = (blob: ByteStream, expected: ExpectedArchive, sink: ArchiveSink) => Promise<ReadArchive>;

/** Reads the `Vox.toml` of an archive, as `readArchivedManifest` does, which may be loaded when it is first needed; `what` is for complaints. */
export type ReadArchivedManifest = (manifest: Uint8Array, what: string) => ArchivedManifest | Promise<ArchivedManifest>;

/** Refuses machine code in a package for every platform, as the archive room's function of that name does. */
export type RefuseMachineCode = (
  files: readonly MachineCodeFile[],
  platforms: readonly string[],
  of: string,
) => void | Promise<void>;
