import { type ByteStream, collectBytes } from "../../core/byte-stream.ts";
import type { Digest } from "../../core/digest.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MemoryStore } from "../../oci/memory-store.ts";
import type { LayerBlobs, LayerCache, MadeLayer } from "./layer-cache.ts";

/** A layer cache that forgets with the process: for tests, and for a machine without a cache folder. */
export class MemoryLayerCache implements LayerCache {
  readonly blobs: LayerBlobs = new MemoryBlobs();
  readonly #layers = new Map<Digest, MadeLayer>();

  async find(key: Digest): Promise<MadeLayer | undefined> {
    return this.#layers.get(key);
  }

  async record(key: Digest, layer: MadeLayer): Promise<void> {
    this.#layers.set(key, layer);
  }
}

class MemoryBlobs implements LayerBlobs {
  readonly #store = new MemoryStore();

  exists(descriptor: Descriptor): Promise<boolean> {
    return this.#store.exists(descriptor);
  }

  fetch(descriptor: Descriptor, options?: TransferOptions): ByteStream {
    return this.#store.fetch(descriptor, options);
  }

  async ingest(content: ByteStream): Promise<{ readonly digest: Digest; readonly size: number }> {
    const bytes = await collectBytes(content, { maxBytes: Infinity, what: "a layer" });
    return this.#store.add(bytes, "application/octet-stream");
  }
}
