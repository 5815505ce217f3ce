import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compressLayer } from "../../../src/archive/compress.ts";
import { proofVector, proveCompressor } from "../../../src/archive/compressor-proof.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { gzipStream } from "../../../src/archive/gzip.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { bytesOf, collect, entriesOf, type LayerVector, type VectorBytes } from "./vector-content.ts";

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../contracts/vectors/archive/${name}`, import.meta.url), "utf8"));
const layers = read<{ vectors: LayerVector[] }>("layers.json").vectors;

describe("a layer's bytes are determined by its content", () => {
  test.each(layers)("$title", async (vector) => {
    const layer = compressLayer(writeCanonicalTar(entriesOf(vector)), "gzip");
    const stored = await collect(layer.stream);
    expect(layer.result()).toEqual({
      diffId: vector.tar.diffId,
      digest: vector.gzip.digest,
      size: vector.gzip.size,
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    });
    expect(stored.byteLength).toBe(vector.gzip.size);
    expect((await collect(writeCanonicalTar(entriesOf(vector)))).byteLength).toBe(vector.tar.size);
  });

  test("the two vectors of the contract are among them", () => {
    expect(layers.slice(0, 2).map(({ tar }) => tar)).toEqual([
      { size: 7168, diffId: "sha256:99fc79c2342750c04ca3386acdaf22fdc322ec3f9e5fc015a8be3f1112b83bcf" },
      { size: 7680, diffId: "sha256:d949b2286965869162511efa00d1bae502e3199c84dd4c139a4de45b06b41ae0" },
    ]);
  });
});

describe("gzip's bytes are determined by the content", () => {
  test.each(
    read<{ vectors: { title: string; content: VectorBytes; gzip: { size: number; digest: string } }[] }>("gzip.json").vectors,
  )("$title", async ({ content, gzip }) => {
    const bytes = await collect(gzipStream(streamOf(bytesOf(content))));
    expect({ size: bytes.byteLength, digest: digestOf(bytes) }).toEqual(gzip);
  });
});

describe("the compressor's proof", () => {
  test("holds for this Node", () => expect(proveCompressor()).resolves.toBeUndefined());

  test("fails with a hint for a compressor that gives other bytes", async () => {
    const other = (): AsyncIterable<Uint8Array> => gzipStream(streamOf(proofVector()));
    await expect(proveCompressor(other)).rejects.toMatchObject({
      code: "COMPRESSOR_DIFFERS",
      hint: expect.stringContaining('compression = "none"'),
    });
  });
});
