import { refuseMachineCode } from "../archive/machine-code.ts";
import { readPackageArchive } from "../archive/read-package-archive.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import type { FetchItem } from "../pm/fetch/fetch-plan.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import { readArchivedManifest } from "../pm/registry/archived-manifest.ts";
import { manifestProof } from "./prove-manifest.ts";

/**
 * Reads a fetched archive by the strict rules and holds its own Vox.toml against the lock, where nothing will be unpacked:
 * an image takes the archive as it is (contracts, §§4, 5).
 * The returned function throws ARCHIVE_INVALID, ARCHIVE_METADATA_MISMATCH, CONTENT_MISMATCH, PLATFORM_UNDECLARED.
 */
export function archiveProof(lock: Lockfile, cache: ContentReader): (item: FetchItem) => Promise<void> {
  const prove = manifestProof(lock);
  return async ({ name, version, archive, platform }) => {
    const { mediaType, digest, size, diffId } = archive;
    const expected = { name, mediaType, sizeBytes: size, diffId };
    const read = await readPackageArchive(cache.fetch({ mediaType, digest, size }), expected, () => Promise.resolve());
    refuseMachineCode(read.machineCode, platform === undefined ? [] : [platform]);
    const what = `\`Vox.toml\` in the archive of \`${name}@${version}\``;
    const manifest = readArchivedManifest(read.manifest, what);
    if (manifest.name !== name || manifest.version !== version) {
      throw new VoxError("ARCHIVE_INVALID", `${what} names \`${manifest.name}@${manifest.version}\``);
    }
    prove({ name, version, digest, diffId, mediaType, size }, manifest);
  };
}
