import { refuseMachineCode } from "../../../src/archive/machine-code.ts";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPackageArchive } from "../../../src/archive/read-package-archive.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import type { VoxEvent } from "../../../src/core/events.ts";
import { hexOf } from "../../../src/core/digest.ts";
import { FsBlobDirectory } from "../../../src/oci/fs-blob-directory.ts";
import { type BlobCache, blobCache } from "../../../src/pm/cas/blob-cache.ts";
import { blobOf, closureKey } from "../../../src/pm/materialize/closure.ts";
import { FsMaterializer } from "../../../src/pm/materialize/fs-materializer.ts";
import { readArchivedManifest } from "../../../src/pm/registry/archived-manifest.ts";
import { markUsed } from "../../../src/runtime/fs-use-marks.ts";
import type { MaterializeRequest } from "../../../src/pm/materialize/materializer.ts";
import type { TestPackage } from "../../support/published-package.ts";

/** A cache and a project in a temporary folder. */
export interface Workshop extends AsyncDisposable {
  readonly cacheDir: string;
  readonly projectDir: string;
  readonly blobs: BlobCache;
  readonly blobDirectory: FsBlobDirectory;
  readonly materializer: FsMaterializer;
  readonly events: VoxEvent[];
  request(packages: readonly TestPackage[], more?: Partial<MaterializeRequest>): MaterializeRequest;
  modulesOf(packages: readonly TestPackage[]): string;
  /** The blobs as commands see them: what is used is marked. */
  marked(): FsBlobDirectory;
}

export async function workshop(...packages: readonly TestPackage[]): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), "vox-materialize-"));
  const [cacheDir, projectDir] = [join(dir, "cache"), join(dir, "project")];
  await mkdir(projectDir);
  const blobDirectory = new FsBlobDirectory(cacheDir);
  const blobs = blobCache(blobDirectory);
  for (const { entry, archive } of packages) await blobs.push(blobOf(entry), streamOf(archive));
  const events: VoxEvent[] = [];
  return {
    cacheDir,
    projectDir,
    blobs,
    blobDirectory,
    events,
    materializer: materializerOf(cacheDir),
    request: (wanted, more = {}) => ({
      packages: wanted.map((made) => made.entry),
      projectDir,
      linkMode: "symlink",
      verify: "quick",
      onEvent: (event) => events.push(event),
      ...more,
    }),
    modulesOf: (wanted) => join(cacheDir, "closures", hexOf(closureKey(wanted.map((made) => made.entry))), "modules"),
    marked: () => new FsBlobDirectory(cacheDir, { markUsed }),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

export const materializerOf = (cacheDir: string): FsMaterializer =>
  new FsMaterializer({
    cacheDir,
    blobs: blobCache(new FsBlobDirectory(cacheDir)),
    blobPath: (digest) => new FsBlobDirectory(cacheDir).path(digest),
    readArchive: readPackageArchive,
    readManifest: readArchivedManifest,
    refuseMachineCode,
    markUsed,
  });

/** Every entry below a folder, links not followed: `mode text` of a file, `→ target` of a link, `mode/` of a directory. */
export async function treeOf(root: string, folder = ""): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const name of await readdir(join(root, folder))) {
    const path = join(folder, name);
    const stats = await lstat(join(root, path));
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isSymbolicLink()) tree[path] = `→ ${await readlink(join(root, path))}`;
    else if (stats.isDirectory()) Object.assign(tree, { [path]: `${mode}/` }, await treeOf(root, path));
    else tree[path] = `${mode} ${await readFile(join(root, path), "utf8")}`;
  }
  return tree;
}
