import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/core/digest.ts";
import { parseLock } from "../../../../src/pm/lockfile/parse-lock.ts";
import { renderLock } from "../../../../src/pm/lockfile/render-lock.ts";

const vector = JSON.parse(readFileSync("contracts/vectors/lock/storefront.json", "utf8"));
const text = readFileSync("contracts/vectors/lock/storefront.lock", "utf8");

describe("vox.lock", () => {
  it("has the bytes of the vector", () => {
    expect(renderLock(vector.lock)).toBe(text);
    expect(digestOf(text)).toBe(vector.digest);
  });

  it("reads back as it was written", () => {
    expect(parseLock(text)).toEqual(vector.lock);
  });

  it("does not depend on the order of its entries in memory", () => {
    const { projects, registries, packages, baseImages, ...rest } = vector.lock;
    const shuffled = {
      ...rest,
      projects,
      registries,
      packages: [...packages].reverse(),
      baseImages: [...baseImages].reverse(),
    };
    expect(renderLock(shuffled)).toBe(text);
  });

  it("accepts keys it does not know, from a higher revision", () => {
    const newer = text.replace("revision = 0", "revision = 7").replace('path = "."', 'path = "."\nmood = "good"');
    expect(parseLock(newer)).toEqual({ ...vector.lock, revision: 7 });
  });

  it.each([
    [
      "a higher version",
      ["version = 1", "version = 2"],
      { code: "LOCK_VERSION", message: "`vox.lock` has version 2, this vox reads 1" },
    ],
    ["no version", ["version = 1\n", ""], { code: "LOCK_INVALID", message: "`version` is not a whole number" }],
    [
      "a missing digest",
      [/digest = "sha256:2+"\n/, ""],
      { code: "LOCK_INVALID", message: "package `http-router`: `digest` is missing", place: { file: "vox.lock", line: 19 } },
    ],
    [
      "a digest that is none",
      [/sha256:3+/, "sha256:33"],
      { code: "LOCK_INVALID", message: "package `http-router`: `sha256:33` is not a digest in `diff-id`" },
    ],
    ["a negative size", ["size = 48211", "size = -1"], { message: "package `http-router`: `size` is not a whole number" }],
    ["an unknown source", ["path+../shared", "ftp+x"], { message: "package `shared`: `ftp+x` is not a source" }],
    ["a bad requires line", ["zstd ^1 optional", "zstd"], { message: "package `http-router`: `zstd` is not a requires line" }],
    ["one package twice", ['name = "native-hash"', 'name = "http_router"'], { message: "package `http-router` stands twice" }],
    [
      "broken TOML",
      ["revision = 0", "revision ="],
      { code: "LOCK_INVALID", place: expect.objectContaining({ file: "vox.lock", line: 3 }) },
    ],
    [
      "merge markers",
      ["revision = 0", "<<<<<<< ours\nrevision = 0"],
      { hint: "the file holds merge-conflict markers: run `vox lock` to resolve them" },
    ],
  ] as const)("refuses %s and says where", (_what, [from, to], expected) => {
    expect(() => parseLock(text.replace(from, to))).toThrow(expect.objectContaining(expected));
  });
});
