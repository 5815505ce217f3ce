import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mountReadOnly, requireMounts, wrongBlobs } from "../support/cache-checks.ts";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { ended, ENDED_BY_SYSTEM, succeeded, textAt } from "../support/vox-cli.ts";

const LONG_MS = 120_000;
const COUNT = 8;
const mayMount = requireMounts();

let shop: LockWorld;
beforeEach(async () => {
  shop = createLockWorld();
  const names = Array.from({ length: COUNT }, (_, index) => `part-${index}`);
  const files = (name: string) => ({ "lib/data.txt": `${name}\n`.repeat(200_000) });
  await shop.publish(...names.map((name) => ({ name, version: "1.0.0", files: files(name) })));
  const asked = names.map((name) => `${name} = "1"\n`).join("");
  shop.write("Vox.toml", `[package]\nname = "app"\n[dependencies]\n${asked}[registries.default]\nindex = "file:../registry"\n`);
  await shop.lock();
});
afterEach(() => shop.desk.remove());

interface Copying {
  readonly args: readonly string[];
  /** Below the desk's folder. */
  readonly target: string;
  /** What is seen of a destination that is whole. */
  proveWhole(): Promise<void>;
}

/** Reads every package from the copy alone, with a cache that knows nothing. */
async function syncFrom(registryLine: string, ...flags: readonly string[]): Promise<void> {
  const app = join(shop.desk.folder, "elsewhere");
  rmSync(app, { recursive: true, force: true });
  mkdirSync(app);
  const copy = shop.read("Vox.toml").replace('index = "file:../registry"', registryLine);
  shop.write("../elsewhere/Vox.toml", copy);
  const env = { VOX_CACHE_DIR: join(shop.desk.folder, "cache-of-the-copy") };
  rmSync(env.VOX_CACHE_DIR, { recursive: true, force: true });
  succeeded(await shop.vox(["sync", ...flags], { cwd: app, env }));
  expect(readdirSync(join(app, ".vox_modules"))).toHaveLength(COUNT);
}

const copyings: Readonly<Record<string, () => Copying>> = {
  "pm mirror to a folder": () => ({
    args: ["pm", "mirror", "--to", "file:../copy"],
    target: "copy",
    proveWhole: () => syncFrom('index = "file:../copy"'),
  }),
  "pm mirror to a file": () => ({
    args: ["pm", "mirror", "--to", "../air/gap.tar"],
    target: "air",
    proveWhole: async () => {
      succeeded(await shop.vox(["pm", "mirror", "--all", "--from", "../air/gap.tar", "--to", "file:../unpacked"]));
      await syncFrom('index = "file:../unpacked"');
    },
  }),
  "pm vendor": () => ({
    args: ["pm", "vendor"],
    target: "app/vendor",
    proveWhole: async () => {
      rmSync(join(shop.desk.folder, "cache"), { recursive: true, force: true });
      succeeded(await shop.vox(["sync", "--frozen", "--offline", "--verify", "full"]));
    },
  }),
};

describe.each(Object.keys(copyings))("vox %s", (name) => {
  const copying = (): Copying => {
    const made = copyings[name]?.();
    if (!made) throw new Error(name);
    mkdirSync(join(shop.desk.folder, "air"), { recursive: true });
    return made;
  };

  it(
    "ends with 130 or whole on Ctrl-C at any moment, shows nothing half-made, and the next run completes",
    async () => {
      const { args, proveWhole } = copying();
      const codes = new Set<number>();
      for (let afterMs = 100; !codes.has(0) && afterMs < 10_000; afterMs += 60) {
        const run = await ended(shop.desk, args, { cwd: shop.app, signal: "SIGINT", afterMs });
        codes.add(run.exitCode);
        expect(run.stderr).not.toMatch(/INTERNAL|EPIPE|at .*\.js:/);
      }
      // Before the program listens to signals, the system itself ends it.
      codes.delete(ENDED_BY_SYSTEM);
      expect(codes).toEqual(new Set([130, 0]));
      expect(wrongBlobs(join(shop.desk.folder, "cache"))).toEqual([]);
      succeeded(await shop.vox(args));
      await proveWhole();
    },
    LONG_MS,
  );

  it(
    "leaves what the next run completes when it is killed",
    async () => {
      const { args, target, proveWhole } = copying();
      for (const afterMs of [100, 160, 220, 300]) await ended(shop.desk, args, { cwd: shop.app, signal: "SIGKILL", afterMs });
      expect(wrongBlobs(join(shop.desk.folder, "cache"))).toEqual([]);
      succeeded(await shop.vox(args));
      await proveWhole();
      expect(leftovers(join(shop.desk.folder, target))).toEqual([]);
    },
    LONG_MS,
  );

  it(
    "run three times at once makes one whole copy",
    async () => {
      const { args, proveWhole } = copying();
      const runs = await Promise.all([1, 2, 3].map(() => shop.vox(args)));
      expect(runs.map(({ exitCode, stderr }) => [exitCode, exitCode === 0 ? "" : stderr])).toEqual(
        [1, 2, 3].map(() => [0, ""]),
      );
      await proveWhole();
    },
    LONG_MS,
  );

  it.skipIf(!mayMount)("says with 73 that its destination may only be read", async () => {
    const { args, target } = copying();
    const folder = join(shop.desk.folder, target);
    mkdirSync(folder, { recursive: true });
    using readOnly = mountReadOnly(name === "pm vendor" ? shop.app : folder);
    expect(readOnly).toBeDefined();
    const run = await shop.vox([...args, "--json"]);
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([73, "CANNOT_WRITE"]);
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });
});

/** Names that only an unfinished run has; a folder that a killed run wrote in goes an hour later, a lock when somebody has to write there again. */
const leftovers = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.tmp|~$/.test(path) && !/^\.[^/]*\.vox\//.test(path),
  );
