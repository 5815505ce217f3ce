import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyGraph } from "../../../src/oci/copy.ts";
import { digestsReachableFrom } from "../../../src/oci/graph.ts";
import { EMPTY_LAYOUT_INDEX, formatLayoutIndex, tagOf, untagged, withEntry, withTag } from "../../../src/oci/layout-index.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import { parseImageIndex } from "../../../src/oci/parse-manifest.ts";
import { readContent } from "../../../src/oci/read-content.ts";
import { unionReader } from "../../../src/oci/union-reader.ts";
import { imageOf, indexOf, piece, piecesOf, pushAll } from "../../support/oci-graph.ts";

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("a");
  throw new Error("broken source");
}

describe("several readers as one", () => {
  it("give content from the first that has it", async () => {
    const [first, second] = [new MemoryStore(), new MemoryStore()];
    const { descriptor, bytes } = piece("here");
    second.add(bytes, descriptor.mediaType);
    const union = unionReader([first, second]);
    expect(await union.exists(descriptor)).toBe(true);
    expect(Buffer.from(await readContent(union, descriptor)).toString()).toBe("here");
    expect(await union.exists(piece("nowhere").descriptor)).toBe(false);
    await expect(readContent(union, piece("nowhere").descriptor)).rejects.toMatchObject({ code: "CONTENT_MISSING" });
  });

  it("pass on any other failure of the first that has it", async () => {
    const { descriptor } = piece("here");
    const broken = { exists: async () => true, fetch: () => failing() };
    await expect(readContent(unionReader([broken, new MemoryStore()]), descriptor)).rejects.toThrow("broken source");
  });
});

describe("content inlined in its descriptor", () => {
  it("is read from there, proved, and is copied from there", async () => {
    const { descriptor, bytes } = piece("{}", "application/vnd.oci.empty.v1+json");
    const inlined = { ...descriptor, data: Buffer.from(bytes).toString("base64") };
    expect(Buffer.from(await readContent(new MemoryStore(), inlined)).toString()).toBe("{}");
    const to = new MemoryStore();
    expect(await copyGraph(new MemoryStore(), to, inlined)).toMatchObject({ blobs: 1, bytes: 2 });
    expect(await to.exists(descriptor)).toBe(true);
    const lie = { ...descriptor, data: Buffer.from("[]").toString("base64") };
    await expect(readContent(new MemoryStore(), lie)).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });
});

it("a root reaches its manifests, their configs and layers, and itself", async () => {
  const image = imageOf("a", ["x", "y"]);
  const index = indexOf([image.manifest]);
  const store = new MemoryStore();
  await pushAll(store, [...piecesOf(image), index]);
  const reached = await digestsReachableFrom(store, index.descriptor);
  expect([...reached].sort()).toEqual([...store.digests]);
});

it("copies between any two stores give the same content", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (images, concurrency) => {
        const fixtures = images.map((layers, index) => imageOf(`image ${index % 2}`, layers));
        const index = indexOf(fixtures.map(({ manifest }) => manifest));
        const [from, to] = [new MemoryStore(), new MemoryStore()];
        await pushAll(from, [...fixtures.flatMap(piecesOf), index]);
        const summary = await copyGraph(from, to, index.descriptor, { concurrency });
        expect(to.digests).toEqual(from.digests);
        expect(summary.bytes).toBe(
          from.digests.reduce((sum, digest) => sum + (from.content(digest)?.bytes.byteLength ?? 0), 0),
        );
      },
    ),
  );
});

describe("the index of a layout", () => {
  const [first, second] = [imageOf("a", []).manifest.descriptor, imageOf("b", []).manifest.descriptor];

  it("points each tag at one entry, whatever the order of tagging", () => {
    const index = withTag(withTag(withTag(withEntry(EMPTY_LAYOUT_INDEX, first), second, "v2"), first, "v1"), first, "v2");
    expect(index.manifests.map((entry) => [tagOf(entry), entry.digest])).toEqual([
      ["v1", first.digest],
      ["v2", first.digest],
    ]);
  });

  it("keeps other annotations when the tag is taken off", () => {
    const [entry] = withTag(EMPTY_LAYOUT_INDEX, { ...first, annotations: { k: "v" } }, "v1").manifests;
    expect(entry && untagged(entry)).toEqual({ ...first, annotations: { k: "v" } });
  });

  it("survives being written and read", () => {
    const platform = { os: "linux", architecture: "amd64" };
    const index = withEntry(withTag(EMPTY_LAYOUT_INDEX, { ...first, platform, artifactType: "a/b" }, "v1"), second);
    expect(parseImageIndex(formatLayoutIndex(index), { what: "index.json" })).toEqual(index);
  });
});
