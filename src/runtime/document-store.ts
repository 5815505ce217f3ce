import { collectBytes, streamOf } from "../core/byte-stream.ts";
import { digestOf } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DocumentCache } from "../container/base-image/base-image.ts";
import type { ContentStore } from "../oci/content-store.ts";
import { MAX_MANIFEST_BYTES } from "../oci/parse-manifest.ts";
import type { MetadataCache } from "../pm/registry/cached-repository.ts";

/** The small documents that the cache keeps by digest, as base images are read from them and as published images leave them there. */
export function documentStore(metadata: MetadataCache): ContentStore & DocumentCache {
  return {
    read: (digest) => metadata.document(digest),
    write: (bytes) => metadata.keepDocument(digestOf(bytes), bytes),
    exists: async ({ digest }) => isWhole(await metadata.document(digest), digest),
    async *fetch({ digest }) {
      const bytes = await metadata.document(digest);
      if (!bytes || !isWhole(bytes, digest))
        throw new VoxError("CONTENT_MISSING", `\`${digest}\` is not among the cached documents`);
      yield* streamOf(bytes);
    },
    async push({ digest }, content) {
      const bytes = await collectBytes(content, { maxBytes: MAX_MANIFEST_BYTES, what: `\`${digest}\`` });
      await metadata.keepDocument(digest, bytes);
    },
  };
}

const isWhole = (bytes: Uint8Array | undefined, digest: string): boolean => bytes !== undefined && digestOf(bytes) === digest;
