import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import {
  bucketOf,
  MIN_OWN_LAYER_BYTES,
  type PackageLayer,
  packagesOfLayer,
  packageTitle,
  planLayers,
} from "../../../src/container/plan/layer-plan.ts";
import type { MaterializedPackage } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, blobOf, failureOf, packageOf } from "./fixtures.ts";

const KIB = 1024;
const many = (count: number, size = 1000): MaterializedPackage[] =>
  Array.from({ length: count }, (_, index) => packageOf(`pkg-${String(index).padStart(3, "0")}`, { size }));
const titles = (layers: readonly PackageLayer[]): string[] =>
  layers.map(
    (layer) => `${layer.kind === "bucket" ? `${layer.bucket}:` : ""}${packagesOfLayer(layer).map(packageTitle).join(",")}`,
  );

describe("layers of up to 24 packages", () => {
  it("are one for each package, registry packages lowest, then git, then path packages, by name within each", () => {
    const layers = planLayers(
      [
        packageOf("zeta"),
        packageOf("shared", { source: "path+../shared" }),
        packageOf("templates", { source: "git+https://example.com/t.git#0000" }),
        packageOf("alpha", { source: "path+../alpha" }),
        packageOf("beta", { source: "registry+corp" }),
      ],
      AMD64,
      "shared",
    );
    expect(titles(layers)).toEqual(["beta@1.0.0", "zeta@1.0.0", "templates@1.0.0", "alpha@1.0.0", "shared@1.0.0"]);
  });

  it("are 24 for 24 packages and fewer for 25", () => {
    expect(planLayers(many(24), AMD64, "shared")).toHaveLength(24);
    const shared = planLayers(many(25), AMD64, "shared");
    expect(shared.length).toBeLessThanOrEqual(12);
    expect(shared.every((layer) => layer.kind === "bucket")).toBe(true);
  });
});

describe("layers of more than 24 packages", () => {
  it("give the 12 largest of at least 256 KiB a layer of their own, by name, and put the rest into buckets by number", () => {
    const large = Array.from({ length: 14 }, (_, index) =>
      packageOf(`big-${String(index).padStart(2, "0")}`, { size: 300 * KIB + index }),
    );
    const layers = planLayers([...many(20), ...large], AMD64, "shared");
    const own = layers.filter((layer) => layer.kind === "package");
    expect(titles(own)).toEqual(Array.from({ length: 12 }, (_, index) => `big-${String(index + 2).padStart(2, "0")}@1.0.0`));
    const buckets = layers.slice(own.length).map((layer) => (layer.kind === "bucket" ? layer.bucket : -1));
    expect(buckets).toEqual([...buckets].sort((left, right) => left - right));
    expect(new Set(buckets).size).toBe(buckets.length);
  });

  it("count a package of 256 KiB among the large and one byte less among the small", () => {
    const layers = planLayers(
      [...many(30), packageOf("exact", { size: MIN_OWN_LAYER_BYTES }), packageOf("under", { size: MIN_OWN_LAYER_BYTES - 1 })],
      AMD64,
      "shared",
    );
    expect(titles(layers.filter((layer) => layer.kind === "package"))).toEqual(["exact@1.0.0"]);
  });

  it("choose a bucket by the first byte of the name's sha256, modulo 12", () => {
    for (const name of ["http-router", "tokenizer", "zstd"]) {
      expect(bucketOf(name)).toBe(Number.parseInt(digestOf(name).slice(7, 9), 16) % 12);
    }
  });

  it("order a bucket's packages as their folders stand in one tar: `a-b/` before `a/`", () => {
    const twins = many(300)
      .map((item) => item.name)
      .filter((name) => bucketOf(name) === bucketOf(`${name}-x`));
    const name = twins[0] ?? "";
    const layers = planLayers([...many(300), packageOf(`${name}-x`)], AMD64, "shared");
    const bucket = layers.find((layer) => packagesOfLayer(layer).some((item) => item.name === name));
    const names = bucket ? packagesOfLayer(bucket).map((item) => item.name) : [];
    expect(names.indexOf(`${name}-x`)).toBe(names.indexOf(name) - 1);
  });

  it("hold every package exactly once, in at most 24 layers, whatever the order they come in", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 600 * KIB }), { minLength: 25, maxLength: 80 });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), (chosen, keys) => {
        const packages = chosen.map((size, index) => packageOf(`p${index}`, { size }));
        const shuffled = packages
          .map((item) => ({ item, key: keys.next().value ?? 0 }))
          .sort((left, right) => left.key - right.key)
          .map(({ item }) => item);
        const layers = planLayers(packages, AMD64, "shared");
        expect(planLayers(shuffled, AMD64, "shared")).toEqual(layers);
        expect(layers.length).toBeLessThanOrEqual(24);
        const names = layers.flatMap((layer) => packagesOfLayer(layer).map((item) => item.name));
        expect(names.sort()).toEqual(packages.map((item) => String(item.name)).sort());
      }),
      { numRuns: 50 },
    );
  });

  it("disturb one layer when one of 50 packages changes and no size crosses the line", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 49 }),
        fc.array(fc.integer({ min: 1, max: 600 * KIB }), { minLength: 50, maxLength: 50 }),
        (at, sizes) => {
          const before = sizes.map((size, index) => packageOf(`p${index}`, { size }));
          const after = before.map((item, index) =>
            index === at ? packageOf(`p${index}`, { size: sizes[index] ?? 0, version: "1.0.1" }) : item,
          );
          expect(changedLayers(before, after)).toBe(1);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("disturb at most four layers when one of 50 packages also changes its size", () => {
    const size = fc.integer({ min: 1, max: 600 * KIB });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 49 }),
        size,
        fc.array(size, { minLength: 50, maxLength: 50 }),
        (at, grown, sizes) => {
          const before = sizes.map((bytes, index) => packageOf(`p${index}`, { size: bytes }));
          const after = before.map((item, index) =>
            index === at ? packageOf(`p${index}`, { size: grown, version: "2.0.0" }) : item,
          );
          expect(changedLayers(before, after)).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Layers of the new plan that the old one does not have. */
function changedLayers(before: readonly MaterializedPackage[], after: readonly MaterializedPackage[]): number {
  const known = new Set(titles(planLayers(before, AMD64, "shared")));
  return titles(planLayers(after, AMD64, "shared")).filter((title) => !known.has(title)).length;
}

describe('layers = "per-package"', () => {
  it("turns sharing off, up to 120 layers", () => {
    expect(planLayers(many(120), AMD64, "per-package")).toHaveLength(120);
    expect(failureOf(() => planLayers(many(121), AMD64, "per-package"))).toBe(
      "LAYERS_TOO_MANY: the image would have 121 layers, and engines take 120",
    );
  });
});

describe("a package with platforms", () => {
  const byPlatform: MaterializedPackage = {
    ...packageOf("native"),
    archive: { kind: "by-platform", blobs: [{ ...blobOf("native-amd64"), platform: AMD64 }] },
  };

  it("gives the layer of the platform that is built", () => {
    expect(planLayers([byPlatform], AMD64, "shared")).toEqual([
      { kind: "package", package: { name: "native", version: "1.0.0", blob: blobOf("native-amd64") } },
    ]);
  });

  it("is refused by name on a platform that it lacks", () => {
    expect(failureOf(() => planLayers([byPlatform], ARM64, "shared"))).toBe(
      "BASE_PLATFORM_MISSING: package `native` 1.0.0 is not made for `linux/arm64`, only for `linux/amd64`",
    );
  });
});
