import { describe, expect, it } from "vitest";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { parsePlatform } from "../../../../src/core/platform.ts";
import { digestOf } from "../../../../src/core/digest.ts";
import { buildLock } from "../../../../src/pm/lockfile/build-lock.ts";
import type { DesiredState } from "../../../../src/pm/lockfile/desired-state.ts";
import type { Lockfile } from "../../../../src/pm/lockfile/lockfile.ts";
import { parseLock } from "../../../../src/pm/lockfile/parse-lock.ts";
import { renderLock } from "../../../../src/pm/lockfile/render-lock.ts";
import { assertFresh, staleReasons } from "../../../../src/pm/lockfile/staleness.ts";
import { asked, chosen } from "./lock-fixtures.ts";

const amd64 = parsePlatform("linux/amd64");
const arm64 = parsePlatform("linux/arm64");
const base = { reference: "node:22", digest: digestOf("index"), platforms: [{ platform: amd64, digest: digestOf("amd64") }] };

const desired: DesiredState = {
  ...asked(["dev test-kit ^1", "router ^2.1"]),
  pathPackages: [{ name: parsePackageName("shared"), path: "../shared", requires: ["tokenizer ^2"], featureTable: [] }],
  projects: [
    {
      name: parsePackageName("app"),
      path: ".",
      requires: ["dev test-kit ^1", "router ^2.1", "shared path:../shared"],
      featureTable: [],
    },
  ],
  baseImages: [{ reference: "node:22", platforms: [amd64], folders: ["."] }],
};
const packages = [chosen("router", "2.3.1", ["tokenizer ^2.0"]), chosen("tokenizer", "2.0.4"), chosen("test-kit", "1.0.0")];
const lock: Lockfile = parseLock(renderLock(buildLock(desired, packages, [base]).lock));

const withRequires = (requires: readonly string[]): DesiredState => ({
  ...desired,
  projects: [{ name: parsePackageName("app"), path: ".", requires, featureTable: [] }],
});

describe("a lock is fresh", () => {
  it.each([
    ["when the manifests ask what it says", desired],
    [
      "when a changed range still admits the locked version",
      withRequires(["dev test-kit ^1", "router >=2.2,<3", "shared path:../shared"]),
    ],
  ])("%s", (_when, state) => {
    expect(staleReasons(lock, state)).toEqual([]);
    expect(() => assertFresh(lock, state)).not.toThrow();
  });
});

describe("a lock is stale", () => {
  it.each<[string, DesiredState, readonly string[]]>([
    [
      "when a requirement was added",
      withRequires(["dev test-kit ^1", "router ^2.1", "shared path:../shared", "slug ^1"]),
      ["project `.` has changed", "`app` requires `slug`, which is not locked"],
    ],
    [
      "when a requirement was removed",
      withRequires(["router ^2.1", "shared path:../shared"]),
      ["project `.` has changed", "package `test-kit` is no longer asked for"],
    ],
    [
      "when a range excludes the locked version",
      withRequires(["dev test-kit ^1", "router ^3", "shared path:../shared"]),
      ["`app` requires `router` ^3, locked is 2.3.1"],
    ],
    [
      "when a feature is asked for",
      withRequires(["dev test-kit ^1", "router ^2.1 +tls", "shared path:../shared"]),
      ["project `.` has changed"],
    ],
    [
      "when a dependency moved to dev",
      withRequires(["dev router ^2.1", "dev test-kit ^1", "shared path:../shared"]),
      ["project `.` has changed", "package `router` has changed"],
    ],
    [
      "when another registry is asked for",
      withRequires(["dev test-kit ^1", "router ^2.1 registry:corp", "shared path:../shared"]),
      ["project `.` has changed", "`app` requires `router` ^2.1 from `corp`, locked from `default`"],
    ],
    [
      "when a path package asks for something else",
      {
        ...desired,
        pathPackages: [{ name: parsePackageName("shared"), path: "../shared", requires: ["tokenizer ^3"], featureTable: [] }],
      },
      ["`shared` requires `tokenizer` ^3, locked is 2.0.4"],
    ],
    [
      "when a member was added",
      {
        ...desired,
        projects: [...desired.projects, { name: parsePackageName("tool"), path: "tool", requires: [], featureTable: [] }],
      },
      ["project `tool` is not locked"],
    ],
    [
      "when a patch was added",
      { ...desired, patches: [{ name: parsePackageName("router"), replacement: "^3" }] },
      ["patch `router` is not locked", "`app` requires `router` ^3, locked is 2.3.1"],
    ],
    [
      "when another registry location is declared",
      { ...desired, registries: [{ name: "default", index: "oci://ghcr.io/acme" }] },
      ["registry `default` has changed"],
    ],
    [
      "when another base image is used",
      { ...desired, baseImages: [{ reference: "node:24", platforms: [amd64], folders: ["."] }] },
      ["base image `node:24` is not locked", "base image `node:22` is no longer asked for"],
    ],
    [
      "when another platform is wanted",
      { ...desired, baseImages: [{ reference: "node:22", platforms: [amd64, arm64], folders: ["."] }] },
      ["base image `node:22` has changed"],
    ],
  ])("%s", (_when, state, reasons) => {
    expect(staleReasons(lock, state)).toEqual(reasons);
    expect(() => assertFresh(lock, state)).toThrow(expect.objectContaining({ code: "LOCK_STALE", hint: "run `vox lock`" }));
  });

  it("when a requirement excludes the locked version that a patch would admit", () => {
    const patches = [{ name: parsePackageName("router"), replacement: "^2" }];
    const patched = parseLock(renderLock(buildLock({ ...desired, patches }, packages, [base]).lock));
    expect(staleReasons(patched, { ...desired, patches })).toEqual([]);
    const narrower = withRequires(["dev test-kit ^1", "router =2.3.0", "shared path:../shared"]);
    expect(staleReasons(patched, { ...narrower, patches })).toEqual(["`app` requires `router` =2.3.0, locked is 2.3.1"]);
  });

  it("when someone removed a package from it by hand", () => {
    const cut = { ...lock, packages: lock.packages.filter((locked) => locked.name !== "tokenizer") };
    expect(staleReasons(cut, desired)).toEqual([
      "`router` requires `tokenizer`, which is not locked",
      "`shared` requires `tokenizer`, which is not locked",
      "package `router` has changed",
      "package `shared` has changed",
    ]);
  });

  it("when it holds a package that nothing asks for", () => {
    const extra = buildLock(asked(["stray ^1"]), [chosen("stray", "1.0.0")], []).lock.packages;
    expect(staleReasons({ ...lock, packages: [...lock.packages, ...extra] }, desired)).toEqual([
      "package `stray` is no longer asked for",
    ]);
  });
});
