import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectBytes, streamOf, verifying } from "../../../src/core/byte-stream.ts";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { mapConcurrent } from "../../../src/core/concurrency.ts";
import { Digester, digestOf, hexOf, parseDigest, shortHexOf } from "../../../src/core/digest.ts";
import { packageNameKey, parsePackageName } from "../../../src/core/package-name.ts";
import { parsePlatform, platformFolder, platformFrom, platformParts } from "../../../src/core/platform.ts";
import { compareUtf8, sortedByUtf8 } from "../../../src/core/text-order.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("a digest", () => {
  it("is sha256 and 64 lower-case hex digits", () => {
    expect(digestOf("")).toBe(EMPTY);
    expect(hexOf(parseDigest(EMPTY))).toHaveLength(64);
    expect(shortHexOf(parseDigest(EMPTY))).toBe("e3b0c44298fc");
  });

  it.each(["", "sha256:", EMPTY.toUpperCase(), EMPTY.slice(0, -1), `${EMPTY}0`, EMPTY.replace("sha256", "sha512")])(
    "is not `%s`",
    (text) => {
      expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: "DIGEST_INVALID", exitCode: 65 }));
    },
  );

  it("is the same in pieces as in one", () => {
    const digester = new Digester();
    digester.update(bytes("ab"));
    digester.update(bytes("c"));
    expect(digester.sizeBytes).toBe(3);
    expect(digester.digest()).toBe(digestOf("abc"));
  });
});

describe("canonical JSON (RFC 8785)", () => {
  it("sorts keys by UTF-16 units, drops undefined, writes numbers as ECMAScript does", () => {
    const value = {
      "\u20ac": "Euro",
      "\r": "CR",
      "\ufb33": "Dalet",
      "1": "One",
      "\u{1f600}": "Smile",
      "\u0080": "Control",
      "\u00f6": "o",
    };
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toEqual([
      "1",
      "\r",
      "\u0080",
      "\u00f6",
      "\u20ac",
      "\u{1f600}",
      "\ufb33",
    ]);
    expect(canonicalJson({ b: [1e21, 0.000001, -0, 333333333.3333333], a: undefined, c: null })).toBe(
      '{"b":[1e+21,0.000001,0,333333333.3333333],"c":null}',
    );
  });

  it("means the same as the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

it("text is ordered by its UTF-8 bytes", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
  expect(sortedByUtf8(["\uff5e", "\u{1f600}", "a/", "a-b"], (item) => item)).toEqual(["a-b", "a/", "\uff5e", "\u{1f600}"]);
});

describe("a package name", () => {
  it.each(["a", "http-router", "a_b-c", "0", "x".repeat(64)])("may be `%s`", (name) => {
    expect(parsePackageName(name)).toBe(name);
  });

  it.each(["", "-a", "a-", "a--b", "a-_b", "A", "a.b", "ä", "a/b", "x".repeat(65)])("may not be `%s`", (name) => {
    expect(() => parsePackageName(name)).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
  });

  it("is the same with `-` and `_`", () => {
    expect(packageNameKey("a_b-c")).toBe(packageNameKey("a-b_c"));
  });
});

describe("a platform", () => {
  it("has an os, an architecture and perhaps a variant", () => {
    expect(platformParts(parsePlatform("linux/arm/v7"))).toEqual({ os: "linux", architecture: "arm", variant: "v7" });
    expect(platformFrom({ os: "linux", architecture: "arm64", variant: "v8" })).toBe("linux/arm64");
    expect(platformFolder(parsePlatform("linux/amd64"))).toBe("linux-amd64");
  });

  it.each(["linux", "linux/", "Linux/amd64", "linux/amd64/", "linux/amd64/v2/x"])("is not `%s`", (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: "PLATFORM_INVALID" }));
  });
});

describe("a byte stream", () => {
  it("is collected up to its limit", async () => {
    expect(await collectBytes(streamOf(bytes("ab"), bytes("c")), { maxBytes: 3, what: "x" })).toEqual(Buffer.from("abc"));
    await expect(collectBytes(streamOf(bytes("abcd")), { maxBytes: 3, what: "the manifest" })).rejects.toMatchObject({
      code: "CONTENT_TOO_LARGE",
      message: "the manifest is larger than 3 bytes",
    });
  });

  it.each([
    ["shorter", "ab"],
    ["longer", "abcd"],
    ["other", "abd"],
  ])("that is %s than expected fails", async (_how, text) => {
    const stream = verifying(streamOf(bytes(text)), { digest: digestOf("abc"), size: 3 });
    await expect(collectBytes(stream, { maxBytes: 10, what: "x" })).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });
});

describe("bounded concurrency", () => {
  it("keeps the order of results and the bound", async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrent([5, 1, 3, 2, 4], 2, async (n) => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, n));
      running -= 1;
      return n * 10;
    });
    expect(results).toEqual([50, 10, 30, 20, 40]);
    expect(most).toBe(2);
  });

  it("starts nothing more after the first failure", async () => {
    const started: number[] = [];
    const run = mapConcurrent([1, 2, 3, 4], 1, async (n) => {
      started.push(n);
      if (n === 2) throw new Error("two");
    });
    await expect(run).rejects.toThrow("two");
    expect(started).toEqual([1, 2]);
  });
});
