import type { LayerCompression } from "../../archive/compress.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";

/** How a layer is compressed, by its OCI type. */
export function compressionOf({ mediaType }: Pick<Descriptor, "mediaType">): LayerCompression {
  if (mediaType === MEDIA_TYPE.layerTar) return "none";
  return mediaType === MEDIA_TYPE.layerTarZstd ? "zstd" : "gzip";
}
