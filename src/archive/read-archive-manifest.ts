import { type ByteStream, collectBytes } from "../core/byte-stream.ts";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { BlockReader } from "./block-reader.ts";
import { FileContent } from "./file-content.ts";
import { packageFolder } from "./package-entries.ts";
import { readMember } from "./read-member.ts";
import { MAX_MANIFEST_BYTES, unpacked } from "./read-package-archive.ts";

/**
 * The `Vox.toml` of an archive that was proved before, read as far as that.
 * @throws {VoxError} ARCHIVE_INVALID
 */
export async function readArchiveManifest(blob: ByteStream, name: PackageName, mediaType: string): Promise<Uint8Array> {
  const reader = new BlockReader(unpacked(blob, mediaType));
  const wanted = packageFolder(name) + MANIFEST_FILE;
  try {
    for (let member = await readMember(reader); member; member = await readMember(reader)) {
      if (member.kind !== "file") continue;
      const content = new FileContent(reader, member.sizeBytes, 0);
      if (member.path === wanted)
        return await collectBytes(content.stream(), { maxBytes: MAX_MANIFEST_BYTES, what: `\`${MANIFEST_FILE}\`` });
      await content.end();
    }
  } finally {
    await reader.close();
  }
  throw new VoxError("ARCHIVE_INVALID", `the archive of \`${name}\` has no \`${MANIFEST_FILE}\` at its top`);
}
