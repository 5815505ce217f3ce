import type { ByteStream } from "../../core/byte-stream.ts";
import type { Digest } from "../../core/digest.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { ContentStore, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** The machine's own store of blobs: what is in it was verified when it came, and is verified again whenever it is read. */
export interface BlobCache extends ContentStore {
  /** Forgets a blob; silent when there is none. */
  evict(digest: Digest): Promise<void>;
}

/**
 * A cache over a store that can forget: a blob that no longer is what its name says is thrown out, and the reading fails.
 * It fails with CACHE_CORRUPT where the store says CONTENT_MISMATCH, since here nobody but the disk can be at fault.
 */
export const blobCache = (store: BlobCache): BlobCache => ({
  evict: (digest) => store.evict(digest),
  exists: (descriptor, options) => store.exists(descriptor, options),
  push: (descriptor, content, options) => store.push(descriptor, content, options),
  async *fetch(descriptor: Descriptor, options?: TransferOptions): ByteStream {
    try {
      yield* store.fetch(descriptor, options);
    } catch (cause) {
      if (!isVoxError(cause, "CONTENT_MISMATCH")) throw cause;
      await store.evict(descriptor.digest);
      throw new VoxError("CACHE_CORRUPT", `the cached blob \`${descriptor.digest}\` was changed after it was verified`, {
        cause,
      });
    }
  },
});
