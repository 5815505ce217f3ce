import { refuseMachineCode } from "../../../src/archive/machine-code.ts";
import { mkdir } from "node:fs/promises";
import { readPackageArchive } from "../../../src/archive/read-package-archive.ts";
import { FsBlobDirectory } from "../../../src/oci/fs-blob-directory.ts";
import { blobCache } from "../../../src/pm/cas/blob-cache.ts";
import type { ArchivedPackage } from "../../../src/pm/materialize/closure.ts";
import { FsMaterializer } from "../../../src/pm/materialize/fs-materializer.ts";
import type { LinkMode, ReadPackageArchive } from "../../../src/pm/materialize/materializer.ts";
import { markUsed } from "../../../src/runtime/fs-use-marks.ts";
import { readArchivedManifest } from "../../../src/pm/registry/archived-manifest.ts";

/** A process of its own that materializes, and stands still in the middle of one package when told to. */
interface Job {
  readonly cacheDir: string;
  readonly projectDir: string;
  readonly packages: readonly ArchivedPackage[];
  readonly linkMode?: LinkMode;
  readonly stallAt?: string;
}

const job: Job = JSON.parse(process.argv[2] ?? "");

const readArchive: ReadPackageArchive = (blob, expected, sink) =>
  readPackageArchive(blob, expected, async (file, content) => {
    await sink(file, content);
    if (expected.name === job.stallAt) await standStill();
  });

async function standStill(): Promise<void> {
  process.stdout.write("unpacking\n");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

const materializer = new FsMaterializer({
  cacheDir: job.cacheDir,
  blobs: blobCache(new FsBlobDirectory(job.cacheDir)),
  blobPath: (digest) => new FsBlobDirectory(job.cacheDir).path(digest),
  readArchive,
  readManifest: readArchivedManifest,
  refuseMachineCode,
  markUsed,
});
await mkdir(job.projectDir, { recursive: true });
await materializer.materialize({
  packages: job.packages,
  projectDir: job.projectDir,
  linkMode: job.linkMode ?? "symlink",
  verify: "quick",
});
