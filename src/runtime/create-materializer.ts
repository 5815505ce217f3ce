import { FsBlobDirectory } from "../oci/fs-blob-directory.ts";
import { blobCache } from "../pm/cas/blob-cache.ts";
import { FsMaterializer } from "../pm/materialize/fs-materializer.ts";
import type { Materializer } from "../pm/materialize/materializer.ts";
import { markUsed } from "./fs-use-marks.ts";

/** The materializer of a cache. The archive reader is loaded when something has to be unpacked. */
export function createMaterializer(cacheDir: string): Materializer {
  const blobs = new FsBlobDirectory(cacheDir, { onCorrupt: "evict", markUsed });
  return new FsMaterializer({
    cacheDir,
    blobs: blobCache(blobs),
    markUsed,
    blobPath: (digest) => blobs.path(digest),
    readArchive: async (blob, expected, sink) =>
      (await import("../archive/read-package-archive.ts")).readPackageArchive(blob, expected, sink),
    refuseMachineCode: async (files, platforms, of) =>
      (await import("../archive/machine-code.ts")).refuseMachineCode(files, platforms, of),
    readManifest: async (bytes, what) =>
      (await import("../pm/registry/archived-manifest.ts")).readArchivedManifest(bytes, what),
  });
}
