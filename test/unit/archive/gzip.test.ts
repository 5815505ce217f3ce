import { createGunzip, gunzipSync } from "node:zlib";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressLayer, type LayerCompression } from "../../../src/archive/compress.ts";
import { gunzipMember } from "../../../src/archive/gunzip-member.ts";
import { gzipStream } from "../../../src/archive/gzip.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { collect, inChunks } from "./vector-content.ts";

const noise = (sizeBytes: number): Uint8Array => {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0, state = 7; at < sizeBytes; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = at % 3000 < 1000 ? state >>> 24 : 97 + (at % 23);
  }
  return bytes;
};

describe("gzip in blocks", () => {
  const content = noise(5_300_000);

  test("gives the same bytes at any concurrency and for any chunks", async () => {
    const one = await collect(gzipStream(streamOf(content), { concurrency: 1 }));
    for (const concurrency of [2, 8]) {
      expect(digestOf(await collect(gzipStream(inChunks(content, 77_777), { concurrency })))).toBe(digestOf(one));
    }
    expect(Buffer.compare(gunzipSync(one), content)).toBe(0);
  });

  test("is one member: a reader of one member has it all", async () => {
    const bytes = await collect(gzipStream(streamOf(content)));
    expect(Buffer.compare(await collect(gunzipMember(inChunks(bytes, 50_000))), content)).toBe(0);
  });

  test("round trip of any content in any blocks and chunks", async () => {
    const anyContent = fc.tuple(
      fc.uint8Array({ maxLength: 400 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 90 }),
    );
    await fc.assert(
      fc.asyncProperty(anyContent, async ([bytes, blockBytes, chunkBytes]) => {
        const packed = await collect(gzipStream(inChunks(bytes, chunkBytes), { blockBytes }));
        expect(Buffer.from(await collect(gunzipMember(inChunks(packed, chunkBytes)))).equals(bytes)).toBe(true);
        expect(gunzipSync(packed).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("a source that fails makes the stream fail", async () => {
    const failing = async function* (): AsyncIterable<Uint8Array> {
      yield new Uint8Array(3_000_000);
      throw new Error("the disk is gone");
    };
    await expect(collect(gzipStream(failing()))).rejects.toThrow("the disk is gone");
    await expect(collect(gunzipMember(failing()))).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
  });
});

describe("reading one gzip member", () => {
  const member = Buffer.from(zlib.gzipSync("hello, hello, hello"));
  const with_ = (at: number, byte: number): Buffer =>
    Buffer.concat([member.subarray(0, at), Buffer.of(byte), member.subarray(at + 1)]);

  test.each<[string, Uint8Array, string]>([
    ["nothing", Buffer.alloc(0), "breaks off"],
    ["no gzip", Buffer.from("this is some text"), "not gzip"],
    ["flags", with_(3, 8), "flags"],
    ["a time", with_(4, 1), "time"],
    ["another method", with_(2, 7), "flags"],
    ["damaged content", with_(10, 0xff), "damaged"],
    ["a wrong checksum", with_(member.length - 8, (member.at(-8) ?? 0) ^ 1), "checksum"],
    ["a wrong size", with_(member.length - 4, 1), "size is wrong"],
    ["a missing trailer", member.subarray(0, -8), "breaks off"],
    ["half a trailer", member.subarray(0, -3), "breaks off"],
    ["half the content", member.subarray(0, 15), "damaged"],
    ["a trailing byte", Buffer.concat([member, Buffer.of(0)]), "follows the gzip member"],
    ["a second member", Buffer.concat([member, member]), "follows the gzip member"],
    ["an empty second member", Buffer.concat([member, zlib.gzipSync("")]), "follows the gzip member"],
  ])("%s is refused, in one chunk or in many", async (_, bytes, message) => {
    for (const chunkBytes of [1, 7, 1000]) {
      await expect(collect(gunzipMember(inChunks(bytes, chunkBytes)))).rejects.toMatchObject({
        code: "ARCHIVE_INVALID",
        message: expect.stringContaining(message),
      });
    }
  });

  test("a source that fails after the member is heard of", async () => {
    const failing = async function* (): AsyncIterable<Uint8Array> {
      yield member;
      throw new Error("cut off");
    };
    await expect(collect(gunzipMember(failing()))).rejects.toThrow("cut off");
  });

  test("a reader that stops early lets go of the source", async () => {
    let released = false;
    const source = async function* (): AsyncIterable<Uint8Array> {
      try {
        yield* inChunks(zlib.gzipSync(noise(4_000_000)), 10_000);
      } finally {
        released = true;
      }
    };
    for await (const chunk of gunzipMember(source())) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    expect(released).toBe(true);
  });
});

describe("a layer is compressed and digested in one pass", () => {
  const tar = noise(300_000);

  test.each<[LayerCompression, string]>([
    ["gzip", "application/vnd.oci.image.layer.v1.tar+gzip"],
    ["none", "application/vnd.oci.image.layer.v1.tar"],
  ])("%s", async (compression, mediaType) => {
    const layer = compressLayer(inChunks(tar, 9999), compression);
    expect(() => layer.result()).toThrow(expect.objectContaining({ code: "INTERNAL" }));
    const stored = await collect(layer.stream);
    expect(layer.result()).toEqual({ diffId: digestOf(tar), digest: digestOf(stored), size: stored.byteLength, mediaType });
  });

  test("zstd, or at once a coded error on a Node without it", async () => {
    if (!("createZstdCompress" in zlib)) {
      const make = (): unknown => compressLayer(streamOf(tar), "zstd");
      expect(make).toThrow(
        expect.objectContaining({ code: "COMPRESSION_UNSUPPORTED", hint: expect.stringContaining("22.15") }),
      );
      return;
    }
    const layer = compressLayer(inChunks(tar, 9999), "zstd");
    const stored = await collect(layer.stream);
    expect(Buffer.from(stored).readUInt32LE()).toBe(0xfd2fb528);
    expect(layer.result().mediaType).toBe("application/vnd.oci.image.layer.v1.tar+zstd");
  });

  test.runIf("createZstdCompress" in zlib)("zstd gives the same bytes for any chunks", async () => {
    const text = Buffer.from(Array.from({ length: 400_000 }, (_, line) => `${(line * 7919) % 100_003}\n`).join(""));
    const digests = [];
    for (const chunkBytes of [777, 65_536, text.byteLength])
      digests.push(digestOf(await collect(compressLayer(inChunks(text, chunkBytes), "zstd").stream)));
    expect(new Set(digests).size).toBe(1);
  });
});

test("Node's own gunzip would not have noticed a second member", async () => {
  const two = Buffer.concat([zlib.gzipSync("a"), zlib.gzipSync("b")]);
  const gunzip = createGunzip();
  gunzip.end(two);
  expect(Buffer.from(await collect(gunzip)).toString()).toBe("ab");
});
