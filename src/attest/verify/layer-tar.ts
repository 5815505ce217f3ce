import { gunzipMember } from "../../archive/gunzip-member.ts";
import { capBytes } from "../../archive/read-package-archive.ts";
import { unzstdStream } from "../../archive/zstd.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import type { Digester } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";

/**
 * The tar in a layer, digested as it passes and bounded, so that a small blob cannot unpack without end.
 * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_TOO_LARGE, COMPRESSION_UNSUPPORTED
 */
export async function* layerTar(blob: ByteStream, { mediaType, size }: Descriptor, digester: Digester): ByteStream {
  const maxBytes = capBytes(size);
  for await (const chunk of unpackedLayer(blob, mediaType)) {
    digester.update(chunk);
    if (digester.sizeBytes > maxBytes)
      throw new VoxError("ARCHIVE_TOO_LARGE", `the layer unpacks to more than ${maxBytes} bytes`);
    yield chunk;
  }
}

function unpackedLayer(blob: ByteStream, mediaType: string): ByteStream {
  switch (mediaType) {
    case MEDIA_TYPE.layerTar:
      return blob;
    case MEDIA_TYPE.layerTarGzip:
      return gunzipMember(blob);
    case MEDIA_TYPE.layerTarZstd:
      return unzstdStream(blob);
    default:
      throw new VoxError("ARCHIVE_INVALID", `a layer of type \`${mediaType}\` is none of ours`);
  }
}
