import { readFile } from "node:fs/promises";
import { streamOf } from "../../core/byte-stream.ts";
import { type Digest, digestOf } from "../../core/digest.ts";
import type { FsBlobDirectory } from "../../oci/fs-blob-directory.ts";
import type { DocumentCache } from "./base-image.ts";

/** Documents among the blobs of a cache folder; whoever reads one proves it. */
export const fsDocumentCache = (blobs: FsBlobDirectory): DocumentCache => ({
  async read(digest: Digest): Promise<Uint8Array | undefined> {
    return (await blobs.sizeOf(digest)) === undefined ? undefined : readFile(blobs.path(digest)).catch(() => undefined);
  },
  async write(bytes: Uint8Array): Promise<void> {
    const descriptor = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.byteLength };
    if (!(await blobs.exists(descriptor))) await blobs.push(descriptor, streamOf(bytes));
  },
});
