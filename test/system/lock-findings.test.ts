import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { publishYank } from "../../src/pm/registry/publish.ts";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { succeeded } from "../support/vox-cli.ts";

const MANIFEST =
  '[package]\nname = "app"\nversion = "1.0.0"\n[registries.default]\nindex = "file:../registry"\n[dependencies]\nbytes = "^1"\n';
const POLICY = '[resolver]\nmin-release-age = "9000w"\n';

describe("a fresh lock that names a yanked version", () => {
  let world: LockWorld;

  beforeAll(async () => {
    world = createLockWorld();
    await world.publish({ name: "bytes", version: "1.1.0", created: "2026-01-01T00:00:00Z" });
    world.write("Vox.toml", MANIFEST);
    await world.lock();
    succeeded(await world.vox(["sync"]));
    await publishYank(new FsLayoutStore(join(world.registry, "bytes")), "1.1.0", { yanked: true, reason: "loses data" });
    rmSync(join(world.desk.folder, "cache", "metadata"), { recursive: true });
  });
  afterAll(() => world.desk.remove());

  const codesOf = async (...args: readonly string[]): Promise<readonly string[]> =>
    [...succeeded(await world.vox(args)).stderr.matchAll(/^warning\[(\w+)\]/gm)].map(([, code = ""]) => code);

  it("is told wherever the lock is only checked, in a first run and in one that remembers, and fails nothing", async () => {
    expect(await codesOf("sync", "--frozen")).toEqual([]);
    for (const _ of ["asks", "remembers"]) expect(await codesOf("lock", "--locked")).toEqual(["VERSION_YANKED"]);
    for (const _ of ["asks", "remembers"]) expect(await codesOf("sync", "--locked")).toEqual(["VERSION_YANKED"]);
    for (const _ of ["asks", "remembers"]) expect(await codesOf("sync", "--frozen")).toEqual(["VERSION_YANKED"]);
    expect(await codesOf("lock", "--locked", "--offline")).toEqual(["VERSION_YANKED"]);
    expect(await codesOf("lock")).toEqual(["VERSION_YANKED"]);
    expect(await codesOf("sync")).toEqual([]);
  });

  it("tells of a young release too, from the moment on that an age is asked for", async () => {
    world.write("Vox.toml", MANIFEST + POLICY);
    for (const _ of ["asks", "remembers"])
      expect(await codesOf("lock", "--locked")).toEqual(["VERSION_YANKED", "VERSION_YOUNG"]);
  });

  it("is nobody's to ask where the registry is gone: a short warning, and the lock is fresh", async () => {
    world.write("Vox.toml", MANIFEST.replace("file:../registry", "oci://127.0.0.1:1/vox"));
    await world.vox(["lock"]);
    world.write("vox.lock", world.read("vox.lock").replace("file:../registry", "oci://127.0.0.1:1/vox"));
    const codes = await codesOf("lock", "--locked");
    expect(codes).toEqual(["REGISTRY_UNAVAILABLE"]);
    expect(await codesOf("lock", "--locked")).toEqual([]);
  });
});
