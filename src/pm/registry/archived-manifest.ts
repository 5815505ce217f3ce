import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import { packageMetadataText, type PackageMetadata } from "../../contracts/package-metadata.ts";
import type { PackageName } from "../../core/package-name.ts";
import type { Platform } from "../../core/platform.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import { type PackageManifest } from "../manifest/manifest.ts";
import { packageMetadata } from "../manifest/package-metadata.ts";
import { parseManifest } from "../manifest/parse-manifest.ts";

/** What the `Vox.toml` in an archive says of its package. */
export interface ArchivedManifest {
  readonly name: PackageName;
  readonly version: string;
  /** What it is for; none when it is for every platform. */
  readonly platforms: readonly Platform[];
  readonly license?: string;
  /**
   * What a registry must say of the package; a package from git or a folder may have none.
   * @throws {VoxError} PUBLISH_REFUSED when the package depends on what no registry holds
   */
  metadata(): PackageMetadata;
}

/**
 * Reads the `Vox.toml` of an archive, which is normalised: it inherits nothing (contracts, §4).
 * @throws {VoxError} ARCHIVE_INVALID
 */
export function readArchivedManifest(bytes: Uint8Array, what: string): ArchivedManifest {
  const manifest = parsed(bytes, what);
  const { name, version, platforms, license } = manifest.package;
  return { name, version, platforms, ...(license === undefined ? {} : { license }), metadata: () => packageMetadata(manifest) };
}

/**
 * Refuses a package whose registry says of it what its own `Vox.toml` does not (contracts, §5).
 * @throws {VoxError} ARCHIVE_METADATA_MISMATCH
 */
export function proveSameMetadata(published: PackageMetadata, own: PackageMetadata): void {
  if (packageMetadataText(published) === packageMetadataText(own)) return;
  throw new VoxError(
    "ARCHIVE_METADATA_MISMATCH",
    `\`${published.name}@${published.version}\` is published with metadata that its own \`Vox.toml\` does not give`,
  );
}

function parsed(bytes: Uint8Array, what: string): PackageManifest {
  try {
    const { manifest } = parseManifest(new TextDecoder("utf-8", { fatal: true }).decode(bytes), { file: MANIFEST_FILE });
    if (manifest.package) return { ...manifest, package: manifest.package };
  } catch (cause) {
    const why = isVoxError(cause) ? cause.message : "it is not UTF-8";
    throw new VoxError("ARCHIVE_INVALID", `${what} cannot be used: ${why}`, { cause });
  }
  throw new VoxError("ARCHIVE_INVALID", `${what} has no [package]`);
}
