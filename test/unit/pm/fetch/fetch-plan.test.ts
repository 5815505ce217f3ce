import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { parsePlatform } from "../../../../src/core/platform.ts";
import { type FetchablePackage, fetchPlan } from "../../../../src/pm/fetch/fetch-plan.ts";
import type { LockedArchive } from "../../../../src/pm/lockfile/lockfile.ts";

const archiveOf = (text: string): LockedArchive => ({
  manifest: digestOf(`manifest ${text}`),
  digest: digestOf(text),
  diffId: digestOf(`tar ${text}`),
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  size: text.length,
});

const neutral = (name: string, text = name): FetchablePackage => ({
  name: parsePackageName(name),
  version: "1.0.0",
  source: { kind: "registry", registry: "default", archives: { kind: "neutral", archive: archiveOf(text) } },
});

const AMD64 = parsePlatform("linux/amd64");
const ARM64 = parsePlatform("linux/arm64");

const native: FetchablePackage = {
  name: parsePackageName("native"),
  version: "2.0.0",
  source: {
    kind: "registry",
    registry: "corp",
    archives: {
      kind: "by-platform",
      archives: [
        { ...archiveOf("amd"), platform: AMD64 },
        { ...archiveOf("arm"), platform: ARM64 },
      ],
    },
  },
};

describe("the plan of fetching", () => {
  it("names each registry package's blob, by name", () => {
    const { items } = fetchPlan([neutral("b"), neutral("a")]);
    expect(items).toEqual([
      { name: "a", version: "1.0.0", registry: "default", archive: archiveOf("a") },
      { name: "b", version: "1.0.0", registry: "default", archive: archiveOf("b") },
    ]);
  });

  it("names a blob once, however many packages have it", () => {
    expect(fetchPlan([neutral("a", "same"), neutral("b", "same")]).items).toHaveLength(1);
  });

  it("passes over git and path packages", () => {
    const path: FetchablePackage = { name: parsePackageName("shared"), source: { kind: "path", path: "../shared" } };
    const git: FetchablePackage = {
      name: parsePackageName("templates"),
      version: "1.0.0",
      source: { kind: "git", url: "https://example.com/t.git", commit: "0".repeat(40), diffId: digestOf("t") },
    };
    expect(fetchPlan([path, git]).items).toEqual([]);
  });

  it("takes every platform, or those that are asked for", () => {
    expect(fetchPlan([native]).items.map((item) => item.platform)).toEqual([AMD64, ARM64]);
    expect(fetchPlan([native], [ARM64]).items.map((item) => item.archive.digest)).toEqual([digestOf("arm")]);
  });

  it("refuses a platform that a package is not published for, and says which it is", () => {
    expect(() => fetchPlan([native], [parsePlatform("linux/riscv64")])).toThrow(
      expect.objectContaining({ code: "BASE_PLATFORM_MISSING", hint: "it is published for `linux/amd64`, `linux/arm64`" }),
    );
  });
});
