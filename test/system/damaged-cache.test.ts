import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hexOf, layLockedStorefront, lockedField, type Storefront } from "../support/storefront.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Turns one bit of the byte in the middle, and leaves size, mode and mtime as they were. */
function flipByte(path: string): void {
  const { mode, atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  utimesSync(path, atime, mtime);
}

describe("a cache that lost or changed what the lock names", () => {
  let storefront: Storefront;
  let modules: Readonly<Record<string, string>>;
  const modulesFolder = (): string => realpathSync(join(storefront.app, ".vox_modules"));
  const cache = (): string => join(storefront.desk.folder, "cache");
  const slugHex = (): string => hexOf(lockedField(storefront.read("vox.lock"), "slug", "digest"));
  const cachedSlug = (): string => join(cache(), "blobs/sha256", slugHex());
  const publishedSlug = (): string => join(storefront.registryFolder, "slug/blobs/sha256", slugHex());
  const frozen = (...more: string[]): Promise<VoxRun> => storefront.vox(["sync", "--frozen", "--json", ...more]);

  /** Every folder of the cache but the blobs: unpacked trees and what is recorded of them. */
  const removeUnpacked = (): void => {
    for (const name of readdirSync(cache()))
      if (name !== "blobs") rmSync(join(cache(), name), { recursive: true, force: true });
  };

  beforeEach(async () => {
    storefront = await layLockedStorefront();
    succeeded(await frozen());
    modules = snapshot(modulesFolder());
  }, 60_000);

  afterEach(() => storefront.desk.remove());

  it("fails with CONTENT_MISSING and exit 69 when blob and unpacked files are gone and the registry lost the blob", async () => {
    rmSync(cache(), { recursive: true, force: true });
    rmSync(publishedSlug());
    const run = await frozen();
    expect(run.exitCode).toBe(69);
    expect(textAt(run.json(), "error", "code")).toBe("CONTENT_MISSING");
    expect(textAt(run.json(), "error", "message") + run.stderr).toMatch(/slug/);
    expect(existsSync(join(storefront.app, ".vox_modules/slug"))).toBe(false);
  });

  it("needs no registry for what the cache holds", async () => {
    removeUnpacked();
    rmSync(storefront.registryFolder, { recursive: true });
    succeeded(await frozen());
    expect(snapshot(modulesFolder())).toEqual(modules);
  });

  it("fetches a cached blob anew when one of its bytes is flipped, and says so", async () => {
    removeUnpacked();
    flipByte(cachedSlug());
    const run = succeeded(await frozen());
    expect(run.stderr).toMatch(new RegExp(`slug|${slugHex().slice(0, 12)}`));
    expect(sha256(cachedSlug())).toBe(slugHex());
    expect(snapshot(modulesFolder())).toEqual(modules);
  });

  it("refuses a flipped blob that the registry no longer has", async () => {
    removeUnpacked();
    flipByte(cachedSlug());
    rmSync(publishedSlug());
    const run = await frozen();
    expect([65, 69]).toContain(run.exitCode);
    expect(textAt(run.json(), "error", "message") + run.stderr).toMatch(new RegExp(`slug|${slugHex().slice(0, 12)}`));
  });

  it("replaces an unpacked file with a flipped byte from the blob, and names it", async () => {
    const file = join(modulesFolder(), "slug/index.js");
    const before = sha256(file);
    flipByte(file);
    const run = succeeded(await frozen());
    expect(run.stderr).toMatch(/slug/);
    expect(sha256(join(modulesFolder(), "slug/index.js"))).toBe(before);
  });

  it("refuses an unpacked file with a flipped byte when its blob is nowhere", async () => {
    flipByte(join(modulesFolder(), "slug/index.js"));
    rmSync(cachedSlug());
    rmSync(publishedSlug());
    const run = await frozen();
    expect([65, 69]).toContain(run.exitCode);
    expect(textAt(run.json(), "error", "message") + run.stderr).toMatch(/slug/);
  });

  it("notices a file that was added to an unpacked tree", async () => {
    const folder = join(modulesFolder(), "slug");
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "planted.js"), "");
    await frozen();
    expect(existsSync(join(storefront.app, ".vox_modules/slug/planted.js"))).toBe(false);
  });

  it("never lets a flipped blob into an image", async () => {
    const clean = join(storefront.desk.folder, "clean");
    const after = join(storefront.desk.folder, "after");
    const digest = textAt(succeeded(await storefront.vox(["package", "--json", "--out", clean])).json(), "image", "digest");
    flipByte(cachedSlug());
    const run = await storefront.vox(["package", "--json", "--out", after]);
    if (run.exitCode === 0) {
      expect(textAt(run.json(), "image", "digest")).toBe(digest);
      expect(snapshot(after)).toEqual(snapshot(clean));
    } else {
      expect([65, 69]).toContain(run.exitCode);
      expect(existsSync(after)).toBe(false);
    }
  });

  it("builds from a lock whose packages are in the cache alone", async () => {
    const moved = join(storefront.desk.folder, "moved");
    cpSync(storefront.registryFolder, moved, { recursive: true });
    rmSync(storefront.registryFolder, { recursive: true });
    succeeded(await storefront.vox(["package", "--json", "--out", join(storefront.desk.folder, "image")]));
  });

  it("builds no image from an archive that asks for something else than the lock says", async () => {
    const lock = storefront.read("vox.lock");
    rmSync(cache(), { recursive: true, force: true });
    const packages = lock.indexOf("[[package]]");
    const wished = lock.slice(packages).replace('"money ^1.0"', '"money >=1.0,<9"');
    storefront.write("vox.lock", lock.slice(0, packages) + wished);
    const out = join(storefront.desk.folder, "image");
    const run = await storefront.vox(["package", "--json", "--out", out]);
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([65, "ARCHIVE_METADATA_MISMATCH"]);
    expect(existsSync(out)).toBe(false);
    storefront.write("vox.lock", lock);
    succeeded(await storefront.vox(["package", "--json", "--out", out]));
  });
});
