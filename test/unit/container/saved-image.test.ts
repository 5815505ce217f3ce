import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { fileEntry, fileOfBytes } from "../../../src/archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../../src/archive/tar-tree.ts";
import { MemoryLayerCache } from "../../../src/container/build/memory-layer-cache.ts";
import { readSavedImage } from "../../../src/container/build/saved-image.ts";
import { digestOf, hexOf } from "../../../src/core/digest.ts";

const layer = (name: string): Buffer => Buffer.from(`the tar of ${name}`.padEnd(1024, "."));
const [base, made] = [layer("base"), layer("made")];
const diffIds = [digestOf(base), digestOf(made)];
const config = Buffer.from(
  JSON.stringify({ architecture: "amd64", os: "linux", config: { Cmd: ["a"] }, rootfs: { type: "layers", diff_ids: diffIds } }),
);
const [storedBase, storedMade] = [gzipSync(base), gzipSync(made)];
const blob = (bytes: Uint8Array): string => `blobs/sha256/${hexOf(digestOf(bytes))}`;

/** How engines name what they save. */
const SAVED: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
  "Docker 20.10": {
    [`${hexOf(digestOf(config))}.json`]: config,
    "0123/layer.tar": base,
    "0123/json": Buffer.from('{"id":"0123"}'),
    "4567/layer.tar": made,
    "manifest.json": Buffer.from("[]"),
  },
  Podman: {
    [`${hexOf(digestOf(config))}.json`]: config,
    [`${hexOf(digestOf(base))}.tar`]: base,
    [`${hexOf(digestOf(made))}.tar`]: made,
  },
  "Docker with the store of containerd, whose blobs are compressed": {
    [blob(config)]: config,
    [blob(storedBase)]: storedBase,
    [blob(storedMade)]: storedMade,
    "index.json": Buffer.from('{"manifests":[]}'),
    "oci-layout": Buffer.from('{"imageLayoutVersion":"1.0.0"}'),
  },
};

const tarOf = (files: Readonly<Record<string, Uint8Array>>) => {
  const entries = Object.entries(files).map(([path, bytes]) => fileEntry(path, fileOfBytes(path, bytes)));
  return writeCanonicalTar(inArchiveOrder(withParents(entries, { above: "" })));
};

const read = (files: Readonly<Record<string, Uint8Array>>, blobs = new MemoryLayerCache().blobs) =>
  readSavedImage(tarOf(files), { diffIds, known: new Set(diffIds.slice(0, 1)), blobs });

describe("an image that an engine saves", () => {
  it.each(Object.entries(SAVED))("is known by its content: %s", async (_name, files) => {
    const { blobs } = new MemoryLayerCache();
    const saved = await read(files, blobs);
    expect(saved.config.config).toEqual({ Cmd: ["a"] });
    expect([...saved.sizes]).toEqual([[digestOf(made), made.byteLength]]);
    const taken = async (bytes: Uint8Array) =>
      blobs.exists({ mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.byteLength });
    expect(await Promise.all([base, made].map(taken))).toEqual([false, true]);
  });

  it("is refused when it lacks its layer or its config", async () => {
    await expect(read({ "a.json": config, "b/layer.tar": base })).rejects.toThrow(
      `the engine's image does not hold its layer \`${digestOf(made)}\``,
    );
    await expect(read({ "b/layer.tar": made })).rejects.toMatchObject({ code: "ENGINE_FAILED" });
  });
});
