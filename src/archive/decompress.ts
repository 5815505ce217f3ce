import { createGunzip } from "node:zlib";
import type { ByteStream } from "../core/byte-stream.ts";
import type { LayerCompression } from "./compress.ts";
import { throughTransform } from "./through-transform.ts";
import { unzstdStream } from "./zstd.ts";

/**
 * The tar in a layer that somebody else made: several gzip members, names and times are all right here.
 * @throws {VoxError} COMPRESSION_UNSUPPORTED
 */
export function decompressLayer(content: ByteStream, compression: LayerCompression): ByteStream {
  switch (compression) {
    case "gzip":
      return throughTransform(createGunzip(), content);
    case "zstd":
      return unzstdStream(content);
    case "none":
      return content;
  }
}
