import { existsSync, readdirSync, statSync, utimesSync } from "node:fs";
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clearCache, collectCache } from "../../../src/ops/look-after-cache.ts";
import type { CacheItem } from "../../../src/pm/cas/cache-items.ts";
import { FsCacheKeeper } from "../../../src/pm/cas/fs-cache-keeper.ts";
import { useMarks } from "../../../src/runtime/fs-use-marks.ts";
import { type TestPackage, testPackage } from "../../support/published-package.ts";
import { type Workshop, workshop } from "../pm-materialize/workshop.ts";

const DAY_MS = 86_400_000;
let router: TestPackage;
let money: TestPackage;
let shop: Workshop;
let keeper: FsCacheKeeper;

beforeAll(async () => {
  router = await testPackage("http-router", { files: { "index.js": "export {}\n" } });
  money = await testPackage("money", { files: { "index.js": "export const money = 1\n" } });
});
beforeEach(async () => {
  shop = await workshop(router, money);
  keeper = new FsCacheKeeper(shop.cacheDir);
});
afterEach(() => shop[Symbol.asyncDispose]());

const closureDir = (...packages: readonly TestPackage[]): string => join(shop.modulesOf(packages), "..");
const sync = (...packages: readonly TestPackage[]) => shop.materializer.materialize(shop.request(packages));
const blobOf = ({ entry }: TestPackage): string => shop.blobDirectory.path(entry.digest);

/** As if nothing had been used for so many days. */
function age(days: number): void {
  const time = Date.now() / 1000 - days * 86_400;
  const walk = (path: string): void => {
    const stats = statSync(path);
    if (stats.isDirectory() && !path.endsWith("modules")) for (const name of readdirSync(path)) walk(join(path, name));
    utimesSync(path, time, time);
  };
  walk(shop.cacheDir);
}

const collect = (more: { maxAgeMs?: number; maxBytes?: number; dryRun?: boolean } = {}) =>
  collectCache(keeper, {
    nowMs: Date.now(),
    maxAgeMs: 30 * DAY_MS,
    dryRun: false,
    signal: AbortSignal.timeout(60_000),
    ...more,
  });

async function surveyed(path: string): Promise<CacheItem> {
  const found = (await keeper.survey()).items.find((item) => item.path === path);
  if (!found) throw new Error(`${path} is not in the survey`);
  return found;
}

describe("a collection", () => {
  it("keeps a closure that a project is linked to, and the blobs that it is repaired from", async () => {
    await sync(router);
    age(400);
    await collect();
    expect([existsSync(closureDir(router)), existsSync(blobOf(router)), existsSync(blobOf(money))]).toEqual([
      true,
      true,
      false,
    ]);
    expect((await sync(router)).linked).toBe(0);
  });

  it("counts a file that two closures share once, for the one that was used last", async () => {
    await sync(router);
    const alone = (await surveyed(closureDir(router))).sizeBytes;
    age(1);
    await sync(router, money);
    const older = (await surveyed(closureDir(router))).sizeBytes;
    const record = statSync(join(closureDir(router), "record")).size;
    expect(older).toBe(record);
    expect(alone).toBeGreaterThan(older);
    expect((await surveyed(closureDir(router, money))).sizeBytes).toBeGreaterThan(alone);
  });

  it("removes it when the project is gone, or linked to something else", async () => {
    await sync(router);
    await sync(money);
    age(400);
    await collect();
    expect([existsSync(closureDir(router)), existsSync(closureDir(money))]).toEqual([false, true]);
    await rm(shop.projectDir, { recursive: true });
    await collect();
    expect(existsSync(closureDir(money))).toBe(false);
    expect((await keeper.survey()).items).toEqual([]);
  });

  it("keeps blobs of a linked closure unless their room is asked for", async () => {
    await sync(router);
    age(2);
    await collect({ maxBytes: 0 });
    expect([existsSync(closureDir(router)), existsSync(blobOf(router))]).toEqual([true, false]);
    expect((await sync(router)).repaired).toBe(0);
  });

  it("removes nothing on a dry run, and tells what would go", async () => {
    age(400);
    const { removed } = await collect({ dryRun: true });
    expect(removed.map(({ path }) => path).sort()).toEqual([blobOf(router), blobOf(money)].sort());
    expect([existsSync(blobOf(router)), existsSync(blobOf(money))]).toEqual([true, true]);
  });

  it("keeps what was used since, by a mark alone", async () => {
    await sync(router);
    await rm(join(shop.projectDir, ".vox_modules"));
    age(400);
    await sync(router);
    await rm(join(shop.projectDir, ".vox_modules"));
    await collect();
    expect([existsSync(closureDir(router)), existsSync(blobOf(router)), existsSync(blobOf(money))]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("keeps files in the folder that are not vox's", async () => {
    await writeFile(join(shop.cacheDir, "notes.txt"), "mine");
    await mkdir(join(shop.cacheDir, "else"));
    age(400);
    await collect({ maxAgeMs: 0, maxBytes: 0 });
    await clearCache(keeper, { yes: true });
    expect(readdirSync(shop.cacheDir).sort()).toEqual(["else", "notes.txt"]);
  });

  it("removes what killed processes left", async () => {
    const partial = join(shop.cacheDir, ".vox-00000000-0000-4000-8000-000000000000.partial");
    await mkdir(join(partial, "deep"), { recursive: true });
    await utimes(partial, 1, 1);
    await collect();
    expect(existsSync(partial)).toBe(false);
  });

  it("of nothing removes nothing", async () => {
    await rm(shop.cacheDir, { recursive: true });
    expect(await collect()).toEqual({ removed: [], kept: [] });
  });
});

describe("what is used between a survey and the removal", () => {
  it("stays: a closure", async () => {
    await sync(router);
    age(400);
    const item = await surveyed(closureDir(router));
    await sync(router);
    expect(await keeper.remove(item)).toBe(false);
    expect(existsSync(closureDir(router))).toBe(true);
  });

  it("stays: a blob", async () => {
    age(400);
    const item = await surveyed(blobOf(router));
    const cache = shop.marked();
    await cache.exists({ mediaType: router.entry.mediaType, digest: router.entry.digest, size: router.entry.size });
    expect(await keeper.remove(item)).toBe(false);
    expect(existsSync(blobOf(router))).toBe(true);
  });

  it("is put back when it was marked as it was taken away", async () => {
    await sync(router);
    age(400);
    const item = await surveyed(closureDir(router));
    const raced = keeper.remove(item);
    await sync(router);
    await raced;
    expect((await sync(router)).linked).toBeLessThanOrEqual(1);
    expect(existsSync(join(shop.projectDir, ".vox_modules/http-router/index.js"))).toBe(true);
  });
});

describe("a clearing", () => {
  it("refuses while a project is linked into the cache, and names it", async () => {
    await sync(router);
    await expect(clearCache(keeper, { yes: false })).rejects.toMatchObject({
      code: "CACHE_IN_USE",
      exitCode: 1,
      message: `\`${shop.projectDir}\` has its \`.vox_modules\` in the cache \`${shop.cacheDir}\``,
    });
    expect(existsSync(blobOf(router))).toBe(true);
  });

  it("removes everything when it is told to, and says whose links lead nowhere now", async () => {
    await sync(router);
    expect((await clearCache(keeper, { yes: true })).unlinked).toEqual([shop.projectDir]);
    expect(readdirSync(shop.cacheDir)).toEqual([]);
  });
});

describe("a mark", () => {
  it("is not set anew within ten minutes, and is no matter where nothing is", async () => {
    const path = blobOf(router);
    utimesSync(path, 1000, 1000);
    expect(useMarks({ nowMs: () => 1_000_000 + 599_000 })(path)).toBe(true);
    expect(statSync(path).mtimeMs).toBe(1_000_000);
    expect(useMarks({ nowMs: () => 1_000_000 + 601_000 })(path)).toBe(true);
    expect(statSync(path).mtimeMs).toBe(1_601_000);
    expect(useMarks({ nowMs: () => 1 })(join(path, "below"))).toBe(false);
  });
});

it("two that collect at one time wait for each other, and both end well", async () => {
  age(400);
  const results = await Promise.all([collect(), collect()]);
  expect(results.map(({ removed }) => removed.length).sort()).toEqual([0, 2]);
});
