import { refuseMachineCode } from "../archive/machine-code.ts";
import { type ReadFile, readPackageArchive } from "../archive/read-package-archive.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import type { FetchItem } from "../pm/fetch/fetch-plan.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import { type ArchivedManifest, readArchivedManifest } from "../pm/registry/archived-manifest.ts";
import type { ArchiveBlob } from "../project/materialized-project.ts";
import { manifestProof } from "./prove-manifest.ts";

/**
 * Reads a fetched archive by the strict rules and holds its own Vox.toml against the lock, where nothing will be unpacked:
 * an image takes the archive as it is (contracts, §§4, 5).
 * The returned function throws ARCHIVE_INVALID, ARCHIVE_METADATA_MISMATCH, CONTENT_MISMATCH, PLATFORM_UNDECLARED.
 */
export function archiveProof(lock: Lockfile, cache: ContentReader): (item: FetchItem) => Promise<void> {
  const prove = manifestProof(lock);
  return async (item) => {
    const { name, version, archive } = item;
    const { mediaType, digest, size, diffId } = archive;
    prove({ name, version, digest, diffId, mediaType, size }, (await readProvedArchive(cache, item)).manifest);
  };
}

export interface ProvedArchive {
  /** Its own Vox.toml, which names this package and version. */
  readonly manifest: ArchivedManifest;
  readonly files: readonly ReadFile[];
}

/**
 * Reads an archive of the cache by the strict rules (contracts, §4).
 * @throws {VoxError} ARCHIVE_INVALID, CONTENT_MISMATCH, PLATFORM_UNDECLARED
 */
export async function readProvedArchive(
  cache: ContentReader,
  { name, version, archive, platform }: Pick<FetchItem, "name" | "version" | "platform"> & { readonly archive: ArchiveBlob },
): Promise<ProvedArchive> {
  const { mediaType, digest, size, diffId } = archive;
  const expected = { name, mediaType, sizeBytes: size, diffId };
  const read = await readPackageArchive(cache.fetch({ mediaType, digest, size }), expected, () => Promise.resolve());
  refuseMachineCode(read.machineCode, platform === undefined ? [] : [platform], `${name}@${version}`);
  const what = `\`Vox.toml\` in the archive of \`${name}@${version}\``;
  const manifest = readArchivedManifest(read.manifest, what);
  if (manifest.name !== name || manifest.version !== version) {
    throw new VoxError("ARCHIVE_INVALID", `${what} names \`${manifest.name}@${manifest.version}\``);
  }
  return { manifest, files: read.files };
}
