import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { addDependencies, parseAddedName } from "../../../src/ops/add-dependencies.ts";
import { findOutdated } from "../../../src/ops/find-outdated.ts";
import { RegistryIndex } from "../../../src/pm/registry/index/registry-index.ts";
import { replaceIndex } from "../../../src/pm/registry/index/update-index.ts";
import { OpWorld, REGISTRY_KINDS } from "../../support/op-world.ts";

const HEAD = '[package]\nname = "app"\nversion = "1.0.0"\n';
const POLICY = '[resolver]\nmin-release-age = "3d"\n';
const asks = (range: string, rest = POLICY): string => `${HEAD}[dependencies]\nbytes = "${range}"\n${rest}`;

describe.each(REGISTRY_KINDS)("`min-release-age`, on $kind", (kind) => {
  let world: OpWorld;

  beforeEach(async () => {
    world = await OpWorld.create(kind);
    await world.publish(
      { name: "bytes", version: "1.0.0", created: "2026-01-01T00:00:00Z" },
      { name: "bytes", version: "1.1.0", created: "2026-01-31T12:00:00Z" },
      { name: "bytes", version: "1.2.0" },
      { name: "bytes", version: "1.3.0", created: "yesterday" },
    );
    world.write("Vox.toml", asks("^1"));
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it("passes over a release that is younger, and one that does not say when it was published", async () => {
    expect(world.versions(await world.lock())).toEqual({ bytes: "1.0.0" });
    world.write("Vox.toml", asks("^1", ""));
    expect(world.versions(await world.lock({}, { unlocked: "all", baseImages: false }))).toEqual({ bytes: "1.3.0" });
  });

  it("takes it from the moment on that it is old enough", async () => {
    world.now = "2026-02-03T11:59:59Z";
    expect(world.versions(await world.lock({}, { unlocked: "all", baseImages: false }))).toEqual({ bytes: "1.0.0" });
    world.now = "2026-02-03T12:00:00Z";
    expect(world.versions(await world.lock())).toEqual({ bytes: "1.0.0" });
    expect(world.versions(await world.lock({}, { unlocked: "all", baseImages: false }))).toEqual({ bytes: "1.1.0" });
  });

  it("leaves what is locked already, until it is updated", async () => {
    world.write("Vox.toml", asks("^1", ""));
    await world.lock();
    world.write("Vox.toml", asks("^1.0"));
    expect(world.versions(await world.lock())).toEqual({ bytes: "1.3.0" });
    expect(world.versions(await world.lock({}, { unlocked: "all", baseImages: false }))).toEqual({ bytes: "1.0.0" });
  });

  it("gives way to a range that names the release exactly", async () => {
    world.write("Vox.toml", asks("=1.1.0"));
    expect(world.versions(await world.lock())).toEqual({ bytes: "1.1.0" });
  });

  it("is the reason that a failure tells, with the moment from which it will do and a command that works now", async () => {
    world.write("Vox.toml", asks(">=1.1, <1.2"));
    await expect(world.lock()).rejects.toMatchObject({
      code: "NO_SOLUTION",
      message: expect.stringContaining("of which every version that matches is younger than `min-release-age`"),
      hint: "`bytes` 1.1.0 is old enough from 2026-02-03T12:00:00Z on; to take it now, run `vox add bytes@=1.1.0`",
    });
    const choice = { folder: world.app, packageName: undefined };
    const edited = { choice, project: await world.open(), hold: { mode: "default", offline: false } } as const;
    const request = {
      packages: [parseAddedName("bytes@=1.1.0")],
      table: "dependencies",
      source: { kind: "any" },
      features: [],
      defaultFeatures: true,
      optional: false,
    } as const;
    expect(world.versions(await addDependencies(edited, request, world.ports))).toEqual({ bytes: "1.1.0" });
  });

  it("is respected by `vox add` without a range and by `vox outdated`", async () => {
    world.write("Vox.toml", HEAD + POLICY);
    const choice = { folder: world.app, packageName: undefined };
    const hold = { mode: "default", offline: false } as const;
    const request = {
      packages: [parseAddedName("bytes")],
      table: "dependencies",
      source: { kind: "any" },
      features: [],
      defaultFeatures: true,
      optional: false,
    } as const;
    await addDependencies({ choice, project: await world.open(), hold }, request, world.ports);
    expect(world.read("Vox.toml")).toContain('bytes = "^1.0.0"');
    const project = await world.open();
    const news = () => findOutdated(project, { members: project.workspace.members, hold }, world.ports);
    expect((await news()).packages).toEqual([
      { name: "bytes", registry: "default", locked: "1.0.0", admitted: "1.0.0", highest: "1.0.0" },
    ]);
    world.now = "2026-03-01T00:00:00Z";
    expect((await news()).packages).toMatchObject([{ admitted: "1.1.0", highest: "1.1.0" }]);
  });

  it("is decided offline from what the cache remembers", async () => {
    await world.lock();
    world.now = "2026-03-01T00:00:00Z";
    await world.loopback?.close();
    const found = world.lock({ offline: true }, { unlocked: "all", baseImages: false });
    // A release that only an index spoke of was never proved, so that offline nothing can be said of it.
    if (kind.oci && kind.index) await expect(found).rejects.toMatchObject({ code: "OFFLINE_UNPROVABLE" });
    else expect(world.versions(await found)).toEqual({ bytes: "1.1.0" });
  });
});

describe("an index that makes a release older than it is", () => {
  it("is found out when the release is chosen, and the registry's own word counts", async () => {
    await using world = await OpWorld.create({ oci: true, index: true });
    await world.publish(
      { name: "bytes", version: "1.0.0", created: "2026-01-01T00:00:00Z" },
      { name: "bytes", version: "1.1.0", created: "2026-01-31T12:00:00Z" },
    );
    world.write("Vox.toml", asks("^1"));
    const repository = world.loopback?.repository("vox/vox-index");
    const entries = repository && (await (await RegistryIndex.open(repository))?.entries(parsePackageName("bytes")));
    if (!repository || !entries) throw new Error("there is no index");
    await replaceIndex(
      repository,
      entries.map((entry) => ({ ...entry, created: "2020-01-01T00:00:00Z" })),
    );
    expect(world.versions(await world.lock())).toEqual({ bytes: "1.0.0" });
    expect(world.warnings()).toEqual([expect.stringMatching(/^INDEX_WRONG: /)]);
  });
});
