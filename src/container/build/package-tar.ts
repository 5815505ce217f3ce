import { gunzipMember } from "../../archive/gunzip-member.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { Digester } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";
import type { ArchiveBlob } from "../../project/materialized-project.ts";

/**
 * The tar inside a package's archive, proved against its diff-id.
 * @throws {VoxError} CONTENT_MISMATCH, ARCHIVE_INVALID
 */
export async function* packageTar(blob: ArchiveBlob, reader: ContentReader, options: TransferOptions): ByteStream {
  const { mediaType, digest, size, diffId } = blob;
  const content = reader.fetch({ mediaType, digest, size }, options);
  const digester = new Digester();
  for await (const chunk of mediaType === MEDIA_TYPE.layerTar ? content : gunzipMember(content)) {
    digester.update(chunk);
    yield chunk;
  }
  const actual = digester.digest();
  if (actual !== diffId) throw new VoxError("CONTENT_MISMATCH", `\`${digest}\` unpacks to \`${actual}\`, not to \`${diffId}\``);
}
