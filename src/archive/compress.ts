import type { ByteStream } from "../core/byte-stream.ts";
import { type Digest, Digester } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import { gzipStream, type GzipOptions } from "./gzip.ts";
import { zstdStream } from "./zstd.ts";

export type LayerCompression = "gzip" | "zstd" | "none";

const MEDIA_TYPE_OF: Readonly<Record<LayerCompression, string>> = {
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  none: "application/vnd.oci.image.layer.v1.tar",
};

/** What names the compressor in a cache's key: other bytes for the same tar need another name (contracts, §7 "Compressor"). */
export const COMPRESSOR_NAME: Readonly<Record<LayerCompression, string>> = {
  gzip: "gzip-6-1m",
  zstd: "zstd-3-1m",
  none: "none",
};

/** What a layer is once it was written. */
export interface CompressedLayer {
  readonly diffId: Digest;
  readonly digest: Digest;
  /** Bytes as stored. */
  readonly size: number;
  readonly mediaType: string;
}

export interface LayerCompressor {
  /** To be read once, to its end. */
  readonly stream: ByteStream;
  /** @throws {VoxError} INTERNAL before the stream was read to its end */
  result(): CompressedLayer;
}

/**
 * Compresses a tar and learns both its digests in the one pass that its consumer makes.
 * @throws {VoxError} COMPRESSION_UNSUPPORTED
 */
export function compressLayer(tar: ByteStream, compression: LayerCompression, options: GzipOptions = {}): LayerCompressor {
  const raw = new Digester();
  const stored = new Digester();
  let layer: CompressedLayer | undefined;
  const compressed = compression === "none" ? tar : compressor(compression, options)(digesting(tar, raw));
  async function* stream(): ByteStream {
    yield* digesting(compressed, stored);
    const digest = stored.digest();
    layer = {
      diffId: compression === "none" ? digest : raw.digest(),
      digest,
      size: stored.sizeBytes,
      mediaType: MEDIA_TYPE_OF[compression],
    };
  }
  return {
    stream: stream(),
    result: () => {
      if (layer === undefined) throw new VoxError("INTERNAL", "a layer's digest was asked for before the layer was read");
      return layer;
    },
  };
}

function compressor(compression: Exclude<LayerCompression, "none">, options: GzipOptions): (content: ByteStream) => ByteStream {
  switch (compression) {
    case "gzip":
      return (content) => gzipStream(content, options);
    case "zstd":
      return zstdStream;
  }
}

async function* digesting(stream: ByteStream, digester: Digester): ByteStream {
  for await (const chunk of stream) {
    digester.update(chunk);
    yield chunk;
  }
}
