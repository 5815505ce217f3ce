import type { ByteStream } from "../../core/byte-stream.ts";
import type { Digest } from "../../core/digest.ts";
import type { ContentReader } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** A layer that is there: its descriptor, without annotations, and the digest of its tar. */
export interface MadeLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

/** Blobs that take content whose digest is known only at its end; a stream that fails leaves nothing. */
export interface LayerBlobs extends ContentReader {
  ingest(content: ByteStream): Promise<{ readonly digest: Digest; readonly size: number }>;
}

/**
 * Layers made here, so that an unchanged one is made once.
 * A key is the digest of all that decides the diff-id and of the compressor's name: it stands for that pair (contracts, §7
 * "Compressor") and is known before a byte is read.
 */
export interface LayerCache {
  readonly blobs: LayerBlobs;
  find(key: Digest): Promise<MadeLayer | undefined>;
  record(key: Digest, layer: MadeLayer): Promise<void>;
}
