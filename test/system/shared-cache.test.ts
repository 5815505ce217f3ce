import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closuresIn, copiesOf, mountMemory, mountReadOnly, requireMounts, wrongBlobs } from "../support/cache-checks.ts";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { at, killed, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const LONG_MS = 120_000;
const mayMount = requireMounts();

let shop: LockWorld;
const cache = (): string => join(shop.desk.folder, "cache");
const sync = (cwd: string, ...more: readonly string[]): Promise<VoxRun> =>
  shop.vox(["sync", "--frozen", "--json", ...more], { cwd });

beforeEach(async () => {
  shop = createLockWorld();
  const names = Array.from({ length: 8 }, (_, index) => `part-${index}`);
  const files = (name: string) => ({ "lib/data.txt": `${name}\n`.repeat(2000), "lib/deep/a.js": "" });
  await shop.publish(...names.map((name) => ({ name, version: "1.0.0", files: files(name) })));
  const asked = names.map((name) => `${name} = "1"\n`).join("");
  const registry = '[registries.default]\nindex = "file:../registry"\n';
  shop.write("Vox.toml", `[package]\nname = "app"\nkind = "application"\n[dependencies]\n${asked}${registry}`);
  await shop.lock();
  rmSync(cache(), { recursive: true, force: true });
});
afterEach(() => shop.desk.remove());

/** Nothing in the cache is wrong: no blob, no unpacked file, and the next run needs no repair. */
async function provedWhole(cwd: string): Promise<void> {
  expect(wrongBlobs(cache())).toEqual([]);
  expect(succeeded(await sync(cwd, "--verify", "full")).stderr).not.toContain("warning");
}

/** As if nothing in the cache had been used for so many days. */
function age(days: number, folder = cache()): void {
  const time = Date.now() / 1000 - days * 86_400;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name === "modules" || lstatSync(path).isSymbolicLink()) continue;
    if (statSync(path).isDirectory()) age(days, path);
    utimesSync(path, time, time);
  }
}

describe("many processes on one cold cache", () => {
  it.each([
    ["each with a project of its own", (app: string) => copiesOf(app, 20)],
    ["all on one project", (app: string) => Array.from({ length: 20 }, () => app)],
  ])(
    "all succeed, %s",
    async (_, projects) => {
      const folders = projects(shop.app);
      const runs = await Promise.all(folders.map((folder) => sync(folder)));
      expect(runs.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(folders.map(() => [0, ""]));
      expect(closuresIn(cache())).toHaveLength(1);
      for (const folder of new Set(folders)) expect(existsSync(join(folder, ".vox_modules/part-3/index.js"))).toBe(true);
      await provedWhole(shop.app);
    },
    LONG_MS,
  );
});

describe("vox pm cache", () => {
  it("tells where it is, what it holds and whose projects are linked to it", async () => {
    succeeded(await sync(shop.app));
    expect(succeeded(await shop.vox(["pm", "cache", "dir"])).stdout).toBe(`${cache()}\n`);
    const status = succeeded(await shop.vox(["pm", "cache", "status", "--json"])).json();
    expect(at(status, "projects")).toEqual([shop.app]);
    expect(at(status, "kinds", 1)).toMatchObject({ kind: "closures", count: 1 });
  });

  it("collects nothing that a project is linked to, and everything when none is", async () => {
    succeeded(await sync(shop.app));
    age(40);
    succeeded(await shop.vox(["pm", "cache", "gc"]));
    expect(closuresIn(cache())).toHaveLength(1);
    rmSync(join(shop.app, ".vox_modules"));
    const run = succeeded(await shop.vox(["pm", "cache", "gc", "--max-size", "0", "--json"])).json();
    expect(at(run, "kept", "bytes")).toBe(0);
    expect(closuresIn(cache())).toEqual([]);
    succeeded(await sync(shop.app));
    await provedWhole(shop.app);
  });

  it("clears only what it is allowed to, and `vox sync` mends what that broke", async () => {
    succeeded(await sync(shop.app));
    const refused = await shop.vox(["pm", "cache", "clear", "--json"]);
    expect([refused.exitCode, textAt(refused.json(), "error", "code")]).toEqual([1, "CACHE_IN_USE"]);
    const cleared = succeeded(await shop.vox(["pm", "cache", "clear", "--yes", "--json"]));
    expect(at(cleared.json(), "unlinked")).toEqual([shop.app]);
    expect(existsSync(join(shop.app, ".vox_modules/part-3"))).toBe(false);
    succeeded(await sync(shop.app));
    expect(existsSync(join(shop.app, ".vox_modules/part-3"))).toBe(true);
  });

  it("says so, with 64, when a limit cannot be read", async () => {
    for (const limit of ["--max-age=soon", "--max-size=big"])
      expect((await shop.vox(["pm", "cache", "gc", limit])).exitCode).toBe(64);
  });
});

it(
  "a collector that runs again and again takes nothing from ten that sync",
  async () => {
    const folders = copiesOf(shop.app, 10);
    let syncing = true;
    const collecting = (async () => {
      while (syncing) succeeded(await shop.vox(["pm", "cache", "gc", "--max-age", "0", "--max-size", "0"]));
    })();
    const runs = await Promise.all(folders.map((folder) => sync(folder)));
    syncing = false;
    await collecting;
    expect(runs.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(folders.map(() => [0, ""]));
    await provedWhole(shop.app);
  },
  LONG_MS,
);

it(
  "a process that is killed at any moment leaves nothing wrong, and the next run completes",
  async () => {
    for (let round = 0; round < 8; round += 1) {
      rmSync(join(cache(), "closures"), { recursive: true, force: true });
      if (round % 2 === 0) rmSync(cache(), { recursive: true, force: true });
      await killed(shop.desk, ["sync", "--frozen"], shop.app, 60 + round * 45);
      await killed(shop.desk, ["pm", "cache", "gc", "--max-size", "0"], shop.app, 40 + round * 25);
      expect(wrongBlobs(cache())).toEqual([]);
      succeeded(await sync(shop.app));
    }
    await provedWhole(shop.app);
    expect(readdirSync(shop.app).filter((name) => name.startsWith(".vox_modules.tmp"))).toEqual([]);
  },
  LONG_MS,
);

describe.skipIf(!mayMount)("a disk", () => {
  it("that is full is told with 73, and the next run with room completes", async () => {
    using disk = mountMemory(cache(), 1024 * 1024);
    const filler = disk.fill(48 * 1024);
    const run = await sync(shop.app);
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([73, "CANNOT_WRITE"]);
    expect(textAt(run.json(), "error", "hint")).toContain("vox pm cache gc");
    expect(wrongBlobs(cache())).toEqual([]);
    expect(existsSync(join(shop.app, ".vox_modules"))).toBe(false);
    rmSync(filler);
    succeeded(await sync(shop.app));
    await provedWhole(shop.app);
  });

  it.each([
    ["symlink", false],
    ["copy", false],
    ["hardlink", true],
  ])("other than the project's serves `%s`", async (mode, warned) => {
    using disk = mountMemory(cache(), 16 * 1024 * 1024);
    expect(disk).toBeDefined();
    const run = succeeded(await sync(shop.app, "--link-mode", mode));
    expect(run.stderr.includes("LINKS_COPIED")).toBe(warned);
    expect(existsSync(join(shop.app, ".vox_modules/part-3/index.js"))).toBe(true);
    const again = succeeded(await sync(shop.app, "--link-mode", mode));
    expect([at(again.json(), "linked"), again.stderr]).toEqual([0, ""]);
  });

  it.each(["symlink", "copy", "hardlink"])(
    "that may only be read serves a new project with a warm cache by `%s`",
    async (mode) => {
      const [other = ""] = copiesOf(shop.app, 1);
      succeeded(await sync(shop.app));
      using readOnly = mountReadOnly(cache());
      expect(readOnly).toBeDefined();
      for (const folder of [shop.app, other]) succeeded(await sync(folder, "--link-mode", mode));
      expect(existsSync(join(other, ".vox_modules/part-3/index.js"))).toBe(true);
    },
  );

  it("that may only be read and holds nothing is told with 73 and a way on", async () => {
    mkdirSync(cache());
    using readOnly = mountReadOnly(cache());
    expect(readOnly).toBeDefined();
    const run = await sync(shop.app);
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([73, "CANNOT_WRITE"]);
    expect(textAt(run.json(), "error", "hint")).toContain("VOX_CACHE_DIR");
    expect((await shop.vox(["pm", "cache", "gc"])).exitCode).toBe(73);
    expect((await shop.vox(["pm", "cache", "status"])).exitCode).toBe(0);
  });
});
