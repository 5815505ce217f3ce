import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { type ChosenPackage, buildLock } from "../../../../src/pm/lockfile/build-lock.ts";
import { closureOf } from "../../../../src/pm/lockfile/closure.ts";
import type { DesiredState } from "../../../../src/pm/lockfile/desired-state.ts";
import { diffLocks } from "../../../../src/pm/lockfile/diff-locks.ts";
import { asked, chosen } from "./lock-fixtures.ts";

const names = (desired: DesiredState, packages: readonly ChosenPackage[], options = { dev: false }, member = "."): string[] =>
  closureOf(buildLock(desired, packages, []).lock, member, options).packages.map((locked) => locked.name);

describe("a member's closure", () => {
  it("lists dependencies before dependents, else by name", () => {
    const packages = [
      chosen("a", "1.0.0", ["c ^1", "b ^1"]),
      chosen("b", "1.0.0", ["d ^1"]),
      chosen("c", "1.0.0"),
      chosen("d", "1.0.0"),
    ];
    expect(names(asked(["a ^1", "c ^1"]), packages)).toEqual(["d", "b", "c", "a"]);
  });

  it("leaves dev-dependencies out of production", () => {
    const packages = [chosen("a", "1.0.0"), chosen("kit", "1.0.0", ["helper ^1"]), chosen("helper", "1.0.0")];
    const desired = asked(["a ^1", "dev kit ^1"]);
    expect(names(desired, packages)).toEqual(["a"]);
    expect(names(desired, packages, { dev: true })).toEqual(["a", "helper", "kit"]);
  });

  it("activates optional dependencies only by the features that ask for them", () => {
    const packages = [
      chosen("router", "1.0.0", ["gzip ^1 optional", "zstd ^1 optional"], ["default=gzip", "tls=dep:zstd"]),
      chosen("gzip", "1.0.0"),
      chosen("zstd", "1.0.0"),
    ];
    expect(names(asked(["router ^1"]), packages)).toEqual(["gzip", "router"]);
    expect(names(asked(["router ^1 +tls"]), packages)).toEqual(["gzip", "zstd", "router"]);
    expect(names(asked(["router ^1 -default"]), packages)).toEqual(["router"]);
  });

  it("honours `name?/feature` only where the dependency is active", () => {
    const packages = [
      chosen("router", "1.0.0", ["zstd ^1 optional"], ["fast=zstd?/simd", "full=dep:zstd,fast"]),
      chosen("zstd", "1.0.0", ["simd ^1 optional"], ["simd=dep:simd"]),
      chosen("simd", "1.0.0"),
    ];
    expect(names(asked(["router ^1 +fast"]), packages)).toEqual(["router"]);
    expect(names(asked(["router ^1 +full"]), packages)).toEqual(["simd", "zstd", "router"]);
  });

  it("uses the member's own features, not those of its neighbours", () => {
    const packages = [chosen("router", "1.0.0", ["zstd ^1 optional"], ["tls=dep:zstd"]), chosen("zstd", "1.0.0")];
    const desired: DesiredState = {
      ...asked(["router ^1"]),
      projects: [
        { name: parsePackageName("plain"), path: "plain", requires: ["router ^1"], featureTable: [] },
        { name: parsePackageName("secure"), path: "secure", requires: ["router ^1 +tls"], featureTable: [] },
      ],
    };
    expect(names(desired, packages, { dev: false }, "plain")).toEqual(["router"]);
    expect(names(desired, packages, { dev: false }, "secure")).toEqual(["zstd", "router"]);
  });

  it("holds the members and folders that it depends on", () => {
    const desired: DesiredState = {
      ...asked([]),
      projects: [
        { name: parsePackageName("app"), path: "app", requires: ["lib path:../lib", "out path:../../out"], featureTable: [] },
        { name: parsePackageName("lib"), path: "lib", requires: ["dev kit ^1", "slug ^1"], featureTable: [] },
      ],
      pathPackages: [{ name: parsePackageName("out"), path: "../out", requires: [], featureTable: [] }],
    };
    const { packages } = closureOf(buildLock(desired, [chosen("slug", "1.0.0"), chosen("kit", "1.0.0")], []).lock, "app", {
      dev: false,
    });
    expect(packages.map(({ name, source }) => [name, source.kind === "path" ? source.path : source.kind])).toEqual([
      ["slug", "registry"],
      ["lib", "lib"],
      ["out", "../out"],
    ]);
  });

  it("ends on a cycle", () => {
    expect(names(asked(["a ^1"]), [chosen("a", "1.0.0", ["b ^1"]), chosen("b", "1.0.0", ["a ^1"])])).toEqual(["b", "a"]);
  });

  it("reaches the end of a chain of 20,000 packages", () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => chosen(`p${n}`, "1.0.0", n < 19_999 ? [`p${n + 1} ^1`] : []));
    expect(names(asked(["p0 ^1"]), chain)).toHaveLength(20_000);
  });

  it("refuses one name from two sources", () => {
    const desired: DesiredState = {
      ...asked([]),
      projects: [
        { name: parsePackageName("app"), path: "app", requires: ["lib path:../lib", "slug ^1"], featureTable: [] },
        { name: parsePackageName("slug"), path: "lib", requires: [], featureTable: [] },
      ],
    };
    expect(() => names(desired, [chosen("slug", "1.0.0")], { dev: false }, "app")).toThrow(
      expect.objectContaining({ code: "SOURCE_CONFLICT" }),
    );
  });

  it("has a digest that follows content, not what other members ask", () => {
    const digest = (requires: readonly string[], version = "1.0.0") =>
      closureOf(buildLock(asked(requires), [chosen("a", version), chosen("kit", "1.0.0")], []).lock, ".", { dev: false })
        .digest;
    expect(digest(["a ^1"])).toBe(digest(["a >=1", "dev kit ^1"]));
    expect(digest(["a ^1"])).not.toBe(digest(["a ^1"], "1.0.1"));
  });
});

describe("the diff of two locks", () => {
  const image = (reference: string, content: string) => ({ reference, digest: digestOf(content), platforms: [] });

  it("names what was added, removed and changed, and says why", () => {
    const before = buildLock(
      asked(["a ^1", "b ^1", "d >=1"]),
      [chosen("a", "1.0.0"), chosen("b", "1.0.0"), chosen("d", "1.0.0")],
      [image("x:1", "old"), image("y:1", "y")],
    ).lock;
    const after = buildLock(
      asked(["a ^1", "c ^1", "d >=1"]),
      [chosen("a", "1.1.0"), chosen("c", "1.0.0", ["d ^2", "a ^1 optional"]), chosen("d", "2.0.0")],
      [image("x:1", "new"), image("z:1", "z")],
    ).lock;
    expect(diffLocks(before, after)).toEqual({
      added: [
        { kind: "package", name: "c", to: "1.0.0", why: "app requires ^1" },
        { kind: "base-image", name: "z:1", to: digestOf("z"), why: "a [deploy] table names it" },
      ],
      removed: [
        { kind: "package", name: "b", from: "1.0.0", why: "nothing asks for it any more" },
        { kind: "base-image", name: "y:1", from: digestOf("y"), why: "nothing asks for it any more" },
      ],
      changed: [
        { kind: "package", name: "a", from: "1.0.0", to: "1.1.0", why: "it was not to be kept, and another one fits" },
        { kind: "package", name: "d", from: "1.0.0", to: "2.0.0", why: "c requires ^2" },
        { kind: "base-image", name: "x:1", from: digestOf("old"), to: digestOf("new"), why: "its tag names another image now" },
      ],
    });
  });

  it("is empty where nothing changed", () => {
    const { lock } = buildLock(asked(["a ^1"]), [chosen("a", "1.0.0")], []);
    expect(diffLocks(lock, lock)).toEqual({ added: [], removed: [], changed: [] });
  });
});
