import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildImage } from "../../../src/container/build/native-builder.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import { FsBlobDirectory } from "../../../src/oci/fs-blob-directory.ts";
import { projectContent } from "../../../src/ops/project-content.ts";
import { blobCache } from "../../../src/pm/cas/blob-cache.ts";
import { digestFiles } from "../../../src/pm/files/content.ts";
import { openFileReader } from "../../../src/pm/files/fs-file-reader.ts";
import { openProjectFolder } from "../../../src/pm/files/fs-project-folder.ts";
import { listProjectFiles } from "../../../src/pm/files/list-project-files.ts";
import { FsLayerCache } from "../../../src/runtime/fs-layer-cache.ts";
import { wrongBlobs } from "../../support/cache-checks.ts";
import { projectOf } from "../../unit/container/fixtures.ts";
import { newWorld } from "../../unit/container/world.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vox-changing-"));
  writeFileSync(join(dir, "small"), "one");
  writeFileSync(join(dir, "large"), Buffer.alloc(3_000_000, "one"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function layerCache(): FsLayerCache {
  const blobs = new FsBlobDirectory(`${dir}-cache`, { onCorrupt: "evict" });
  const { exists, fetch } = blobCache(blobs);
  return new FsLayerCache(`${dir}-cache`, { exists, fetch, ingest: (content) => blobs.ingest(content) });
}

/** Builds of files that were hashed before something was done to them. */
async function buildAfter(change: () => void) {
  const { files } = await listProjectFiles(openProjectFolder(dir), {
    include: [],
    exclude: [],
    outputFolders: [],
    symlinks: "keep",
  });
  const reader = openFileReader(dir);
  const digested = await digestFiles(reader, files);
  change();
  const project = projectOf({ files: digested, baseImages: [], intent: { baseImage: "scratch", cmd: [] } });
  return buildImage(planImage(project, { voxVersion: "0.1.0" }), {
    ...newWorld().ports,
    content: projectContent(reader, digested),
    layers: layerCache(),
  });
}

function overwrite(name: string, text: string): void {
  const file = join(dir, name);
  const { atime, mtime } = statSync(file);
  writeFileSync(file, text.repeat(Math.ceil(statSync(file).size / text.length)).slice(0, statSync(file).size));
  utimesSync(file, atime, mtime);
}

it.each<[string, () => void]>([
  ["gets other bytes of the same number and its old time", () => overwrite("small", "two")],
  ["large, gets other bytes of the same number and its old time", () => overwrite("large", "two")],
  ["grows", () => writeFileSync(join(dir, "small"), "one more")],
  ["shrinks", () => writeFileSync(join(dir, "large"), "one")],
  ["is taken away", () => rmSync(join(dir, "small"))],
])("a file that %s between being hashed and being read makes no layer", async (_name, change) => {
  try {
    await expect(buildAfter(change)).rejects.toMatchObject({ code: "FILE_CHANGED" });
    expect(existsSync(`${dir}-cache/layers`) && wrongBlobs(`${dir}-cache`)).toEqual([]);

    const again = await buildAfter(() => undefined);
    rmSync(`${dir}-cache`, { recursive: true });
    expect((await buildAfter(() => undefined)).root).toEqual(again.root);
  } finally {
    rmSync(`${dir}-cache`, { recursive: true, force: true });
  }
});
