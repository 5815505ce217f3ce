import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { textAt } from "../support/vox-cli.ts";

/* A verdict on the lock is remembered with all that it was made of, and believed for as long as that is as it was. Every cause of staleness
   is tried against a remembered verdict in lock-staleness.test.ts, whose first run leaves one. */

describe("a remembered verdict on the lock", () => {
  let world: LockWorld;

  beforeEach(async () => {
    world = createLockWorld();
    await world.publish({ name: "alpha", version: "1.0.0" }, { name: "beta", version: "1.0.0" });
    world.write(
      "Vox.toml",
      '[package]\nname = "app"\nkind = "application"\n[dependencies]\nalpha = "1"\n[registries.default]\nindex = "file:../registry"\n[deploy]\nimage_name = "old"\n[deploy.container]\nbase_image = "scratch"\n',
    );
    await world.lock();
  });

  afterEach(() => world.desk.remove());

  const run = (...args: readonly string[]): ReturnType<LockWorld["vox"]> => world.vox([...args, "--json"]);

  function notes(): readonly string[] {
    const facts = join(world.desk.folder, "cache/metadata/facts");
    const files = readdirSync(facts, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, "utf8").startsWith("lock-verdict "));
  }

  function rewriteNotes(change: (text: string) => string): void {
    expect(notes()).toHaveLength(1);
    for (const path of notes()) writeFileSync(path, change(readFileSync(path, "utf8")));
  }

  it.each([
    ["lock --locked", ["lock", "--locked"]],
    ["sync --frozen", ["sync", "--frozen"]],
    ["sync", ["sync"]],
  ])("of `vox %s` is what the next run goes by, with the same warnings", async (_name, args) => {
    await run(...args);
    const first = await run(...args);
    expect(first.stderr).toContain("MANIFEST_LEGACY");
    rewriteNotes((text) => text.replace('"MANIFEST_LEGACY"', '"MANIFEST_REMEMBERED"'));
    const second = await run(...args);
    expect(second.json()).toEqual(first.json());
    expect(second.stderr).toBe(first.stderr.replace("MANIFEST_LEGACY", "MANIFEST_REMEMBERED"));
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, text.length / 2)],
    ["of another format", (text: string) => text.replace('"format":1', '"format":0')],
    ["empty", () => ""],
  ])("is found out anew when its note is %s", async (_what, spoil) => {
    const first = await run("sync", "--frozen");
    rewriteNotes(spoil);
    const second = await run("sync", "--frozen");
    expect([second.exitCode, second.json()]).toEqual([0, { ...Object(first.json()), fetched: 0, linked: 0 }]);
  });

  it("does not outlive the lock, a manifest or a manifest above it", async () => {
    const lock = world.read("vox.lock");
    await run("lock", "--locked");
    rmSync(world.path("vox.lock"));
    expect(textAt((await run("lock", "--locked")).json(), "error", "code")).toBe("LOCK_MISSING");
    world.write("vox.lock", lock.replace('name = "app"', 'name = "other"'));
    expect(textAt((await run("lock", "--locked")).json(), "error", "code")).toBe("LOCK_STALE");
    world.write("vox.lock", lock);
    expect((await run("lock", "--locked")).exitCode).toBe(0);
    writeFileSync(join(world.desk.folder, "Vox.toml"), '[workspace]\nmembers = ["app"]\n');
    expect(textAt((await run("lock", "--locked")).json(), "error", "code")).toBe("LOCK_MISSING");
  });

  it("of `sync` links what is unpacked already, and leaves all else to a whole run", async () => {
    await run("sync", "--frozen");
    rmSync(world.path(".vox_modules"));
    expect((await run("sync", "--frozen")).json()).toMatchObject({ packages: 1, fetched: 0, linked: 1 });
    rmSync(join(world.desk.folder, "cache/closures"), { recursive: true });
    rmSync(join(world.desk.folder, "cache/blobs"), { recursive: true });
    expect((await run("sync", "--frozen")).json()).toMatchObject({ packages: 1, fetched: 1 });
  });

  it("hides no misuse of flags and variables", async () => {
    await run("lock", "--locked");
    expect((await run("lock", "--frozen")).exitCode).toBe(64);
    const env = { VOX_REGISTRY: "ftp://example.com" };
    expect((await world.vox(["lock", "--locked"], { env })).stderr).toContain("LOCATION_INVALID");
  });

  it("of another folder of the same project is another one", async () => {
    world.write("deep/note", "");
    await run("lock", "--locked");
    expect((await world.vox(["lock", "--locked", "--json"], { cwd: world.path("deep") })).json()).toMatchObject({
      packages: 1,
    });
    expect(notes()).toHaveLength(2);
  });
});
