import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { recordInIndex } from "../../../src/ops/index-registry.ts";
import type { LockHold } from "../../../src/ops/lock-hold.ts";
import { lockFindings, tellStandings } from "../../../src/ops/tell-standings.ts";
import { publishYank } from "../../../src/pm/registry/publish.ts";
import { OpWorld, REGISTRY_KINDS } from "../../support/op-world.ts";

const HEAD = '[package]\nname = "app"\nversion = "1.0.0"\n[dependencies]\nbytes = "^1"\nzstd = "^1"\n';
const POLICY = '[resolver]\nmin-release-age = "3d"\n';
const LOCKED = { mode: "locked", offline: false } as const;
const YANKED = { kind: "yanked", registry: "default", name: "bytes", version: "1.1.0", reason: "loses data" } as const;

describe.each(REGISTRY_KINDS)("what is found about locked versions, on $kind", (kind) => {
  let world: OpWorld;

  beforeEach(async () => {
    world = await OpWorld.create(kind);
    await world.publish(
      { name: "bytes", version: "1.1.0", created: "2026-01-31T12:00:00Z" },
      { name: "zstd", version: "1.0.0" },
    );
    world.write("Vox.toml", HEAD);
    await world.lock();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  async function yank(yanked: boolean): Promise<void> {
    const name = parsePackageName("bytes");
    const repository = world.loopback?.repository("vox/bytes") ?? new FsLayoutStore(join(world.folder, "registry", "bytes"));
    await publishYank(repository, "1.1.0", { yanked, reason: "loses\n\u001b[31m data" });
    if (kind.index) await recordInIndex((await world.open()).registries, "default", [name], world.ports);
  }
  async function found(hold: LockHold = LOCKED) {
    const project = await world.open();
    return lockFindings(project, await world.lock(hold), hold, world.ports);
  }
  const later = (time: string): void => {
    world.now = `2026-02-01T${time}Z`;
  };

  it("is nothing of what is well, and a yank with its reason", async () => {
    expect(await found()).toEqual([]);
    await yank(true);
    later("01:00:00");
    expect(await found()).toEqual([{ ...YANKED, reason: "loses [31m data" }]);
  });

  it("is asked again after an hour, and for another lock at once", async () => {
    expect(await found()).toEqual([]);
    await yank(true);
    later("00:59:59");
    const before = world.loopback?.requests.length;
    expect(await found()).toEqual([]);
    expect(world.loopback?.requests.length).toBe(before);
    world.write("Vox.toml", HEAD.replace('zstd = "^1"\n', ""));
    await world.lock();
    expect(await found()).toMatchObject([{ kind: "yanked" }]);
  });

  it("ends when the yank is undone", async () => {
    await yank(true);
    expect(await found()).toHaveLength(1);
    await yank(false);
    later("01:00:00");
    expect(await found()).toEqual([]);
  });

  it("is young releases only where an age is asked for, and a release that does not say when it was published", async () => {
    expect(await found()).toEqual([]);
    world.write("Vox.toml", HEAD + POLICY);
    expect(await found()).toEqual([
      { kind: "young", registry: "default", name: "bytes", version: "1.1.0", from: "2026-02-03T12:00:00Z" },
      { kind: "young", registry: "default", name: "zstd", version: "1.0.0" },
    ]);
    world.now = "2026-02-03T12:00:00Z";
    expect(await found()).toMatchObject([{ name: "zstd" }]);
  });

  it.each([
    { mode: "frozen", offline: false },
    { mode: "locked", offline: true },
  ] as const)("held as $mode, offline $offline, is what is remembered, however old, and nobody is asked", async (hold) => {
    await yank(true);
    const before = world.loopback?.requests.length;
    expect(await found(hold)).toEqual([]);
    expect(world.loopback?.requests.length).toBe(before);
    expect(await found()).toHaveLength(1);
    world.now = "2027-02-01T00:00:00Z";
    const asked = world.loopback?.requests.length;
    expect(await found(hold)).toHaveLength(1);
    expect(world.loopback?.requests.length).toBe(asked);
  });

  it("is told as warnings with codes and a command", async () => {
    await yank(true);
    world.write("Vox.toml", HEAD + POLICY);
    const project = await world.open();
    const lock = await world.lock(LOCKED);
    await tellStandings(project, lock, LOCKED, world.ports);
    expect(world.events).toEqual([
      {
        kind: "warning",
        code: "VERSION_YANKED",
        message: "`bytes` 1.1.0 is locked and was yanked: loses [31m data",
        hint: "run `vox update bytes` to lock another version",
      },
      {
        kind: "warning",
        code: "VERSION_YOUNG",
        message: "`bytes` 1.1.0 is locked and is younger than `min-release-age` until 2026-02-03T12:00:00Z",
        hint: "run `vox update bytes` to lock another version",
      },
      expect.objectContaining({
        code: "VERSION_YOUNG",
        message: "`zstd` 1.0.0 is locked and does not say when it was published, as `min-release-age` needs",
      }),
    ]);
  });
});

describe("a registry that cannot be asked", () => {
  it("is one short warning at most, is not asked again at once, and what was remembered still counts", async () => {
    await using world = await OpWorld.create({ oci: true, index: false });
    await world.publish({ name: "bytes", version: "1.1.0" }, { name: "zstd", version: "1.0.0" });
    world.write("Vox.toml", HEAD);
    await world.lock();
    const repository = world.loopback?.repository("vox/bytes");
    if (repository) await publishYank(repository, "1.1.0", { yanked: true });
    const tell = async (hold: LockHold) => {
      const lock = await world.lock(LOCKED);
      await tellStandings(await world.open(), lock, hold, world.ports);
      return world.warnings().map((line) => line.replace(/:.*/, ""));
    };
    expect(await tell(LOCKED)).toEqual(["VERSION_YANKED"]);
    await world.loopback?.close();
    world.now = "2026-02-01T02:00:00Z";
    expect(await tell(LOCKED)).toEqual(["REGISTRY_UNAVAILABLE", "VERSION_YANKED"]);
    expect(await tell(LOCKED)).toEqual(["VERSION_YANKED"]);
    world.now = "2026-02-01T02:05:00Z";
    expect(await tell({ mode: "default", offline: false })).toEqual(["VERSION_YANKED"]);
  });

  it("is given up after a while", async () => {
    const fault = ({ path }: { readonly path: string }) =>
      path.includes("/manifests/yank_") ? ({ kind: "delay", durationMs: 3000 } as const) : undefined;
    await using world = await OpWorld.create({ oci: true, index: false, fault });
    await world.publish({ name: "bytes", version: "1.1.0" }, { name: "zstd", version: "1.0.0" });
    world.write("Vox.toml", HEAD);
    const lock = await world.lock();
    const ports = { ...world.ports, deadline: () => AbortSignal.timeout(50) };
    expect(await lockFindings(await world.open(), lock, LOCKED, ports)).toEqual([]);
    expect(world.warnings()).toEqual([expect.stringMatching(/^REGISTRY_UNAVAILABLE: .*too long/)]);
  });

  it("is asked each time where the cache cannot be written, and nothing fails", async () => {
    await using world = await OpWorld.create({ oci: false, index: false });
    await world.publish({ name: "bytes", version: "1.1.0" }, { name: "zstd", version: "1.0.0" });
    world.write("Vox.toml", HEAD);
    const lock = await world.lock();
    rmSync(join(world.folder, "cache"), { recursive: true, force: true });
    writeFileSync(join(world.folder, "cache"), "");
    await publishYank(new FsLayoutStore(join(world.folder, "registry", "bytes")), "1.1.0", { yanked: true });
    for (const _ of ["once", "again"])
      expect(await lockFindings(await world.open(), lock, LOCKED, world.ports)).toMatchObject([{ kind: "yanked" }]);
  });
});
