import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LayerBlobs } from "../../../src/container/build/layer-cache.ts";
import { digestOf, hexOf } from "../../../src/core/digest.ts";
import { FsBlobDirectory } from "../../../src/oci/fs-blob-directory.ts";
import { blobCache } from "../../../src/pm/cas/blob-cache.ts";
import { FsLayerCache } from "../../../src/runtime/fs-layer-cache.ts";
import { streamOfText } from "./content.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-layers-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const KEY = digestOf("what decides the layer");
const MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";

function openCache(): { readonly layers: FsLayerCache; readonly blobs: FsBlobDirectory } {
  const blobs = new FsBlobDirectory(folder, { onCorrupt: "evict" });
  const cache = blobCache(blobs);
  const ports: LayerBlobs = { exists: cache.exists, fetch: cache.fetch, ingest: (content) => blobs.ingest(content) };
  return { layers: new FsLayerCache(folder, ports), blobs };
}

const recordPath = (): string => join(folder, "layers", hexOf(KEY));

async function recorded(): Promise<FsLayerCache> {
  const { layers, blobs } = openCache();
  const { digest, size } = await blobs.ingest(streamOfText("layer"));
  await layers.record(KEY, { descriptor: { mediaType: MEDIA_TYPE, digest, size }, diffId: digest });
  return layers;
}

describe("the memory of layers that were made", () => {
  it("gives a layer back by its key, also to the next process, and leaves no other file", async () => {
    await recorded();
    const digest = digestOf("layer");
    const found = await openCache().layers.find(KEY);
    expect(found).toEqual({ descriptor: { mediaType: MEDIA_TYPE, digest, size: 5 }, diffId: digest });
    expect(await readdir(join(folder, "layers"))).toEqual([hexOf(KEY)]);
  });

  it("knows nothing of another key", async () => {
    expect(await (await recorded()).find(digestOf("another"))).toBeUndefined();
  });

  it("forgets a layer whose blob is gone or of another length", async () => {
    const layers = await recorded();
    const blob = join(folder, "blobs/sha256", hexOf(digestOf("layer")));
    await rm(blob, { force: true });
    expect(await layers.find(KEY)).toBeUndefined();
    await writeFile(blob, "longer layer");
    expect(await layers.find(KEY)).toBeUndefined();
  });

  it.each([
    "",
    "\n",
    "half",
    `${MEDIA_TYPE}\nsha256:no\n5\nsha256:no\n`,
    `${MEDIA_TYPE}\n${digestOf("layer")}\n5\n${digestOf("layer")}`,
  ])("takes the record %j for none", async (text) => {
    const layers = await recorded();
    await writeFile(recordPath(), text);
    expect(await layers.find(KEY)).toBeUndefined();
  });

  it("goes on without a record that cannot be written", async () => {
    await mkdir(recordPath(), { recursive: true });
    const layers = await recorded();
    expect(await layers.find(KEY)).toBeUndefined();
    expect(await readdir(join(folder, "layers"))).toContain(hexOf(KEY));
  });
});
