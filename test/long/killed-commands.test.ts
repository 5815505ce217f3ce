import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { wrongBlobs } from "../support/cache-checks.ts";
import { createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { killed, succeeded } from "../support/vox-cli.ts";

const ROUNDS = 60;
const LONG_MS = 900_000;

let shop: LockWorld;
const cache = (): string => join(shop.desk.folder, "cache");

beforeEach(async () => {
  shop = createLockWorld();
  const names = Array.from({ length: 20 }, (_, index) => `part-${index}`);
  const files = (name: string) => ({ "lib/data.txt": `${name}\n`.repeat(20_000), "lib/deep/a.js": "" });
  await shop.publish(...names.map((name) => ({ name, version: "1.0.0", files: files(name) })));
  const asked = names.map((name) => `${name} = "1"\n`).join("");
  const registry = '[registries.default]\nindex = "file:../registry"\n';
  shop.write("Vox.toml", `[package]\nname = "app"\n[dependencies]\n${asked}${registry}`);
  await shop.lock();
}, LONG_MS);
afterEach(() => shop.desk.remove());

it(
  "commands that are killed at many moments leave nothing wrong, and the next run completes",
  async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 3 === 0) rmSync(cache(), { recursive: true, force: true });
      rmSync(join(cache(), "closures"), { recursive: true, force: true });
      const afterMs = 50 + round * 12;
      const mode = ["symlink", "hardlink", "copy"][round % 3] ?? "copy";
      await Promise.all([
        killed(shop.desk, ["sync", "--frozen", "--link-mode", mode], shop.app, afterMs),
        killed(shop.desk, ["pm", "cache", "gc", "--max-age", "0", "--max-size", "0"], shop.app, afterMs / 2),
        killed(shop.desk, ["pm", "publish", "--allow-dirty"], shop.app, afterMs),
      ]);
      expect(wrongBlobs(cache())).toEqual([]);
      const next = succeeded(await shop.vox(["sync", "--frozen", "--link-mode", mode, "--verify", "full"]));
      expect(next.stderr).not.toContain("warning");
      expect(existsSync(join(shop.app, ".vox_modules/part-7/lib/data.txt"))).toBe(true);
    }
    const published = await shop.vox(["pm", "publish", "--allow-dirty"]);
    expect(published.stderr + String(published.exitCode)).toMatch(/VERSION_EXISTS|0$/);
    rmSync(cache(), { recursive: true, force: true });
    succeeded(await shop.vox(["sync", "--frozen"]));
  },
  LONG_MS,
);
