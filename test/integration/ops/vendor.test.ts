import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRepository } from "../../support/git-repository.ts";
import { addBaseImage, createLockWorld, type LockWorld } from "../../support/lock-world.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { at, type RunOptions, succeeded, textAt } from "../../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000 });

let world: LockWorld;
let images: LoopbackRegistry;

beforeEach(async () => {
  world = createLockWorld();
  images = await startLoopbackRegistry();
  await addBaseImage(images.repository("base"), "1", ["amd64", "arm64"]);
  const repository = createRepository(join(world.desk.folder, "repo"));
  repository.commit({ "Vox.toml": '[package]\nname = "templates"\nversion = "0.1.0"\n', "page.vox": "page\n" });
  await world.publish(
    { name: "tokenizer", version: "2.0.0" },
    { name: "router", version: "1.0.0", manifest: '[dependencies]\ntokenizer = "^2"\n' },
    { name: "kit", version: "1.0.0" },
  );
  world.write("main.js", "export {};\n");
  world.write(
    "Vox.toml",
    `[package]\nname = "app"\nkind = "application"\n[dependencies]\nrouter = "^1"\ntemplates = { git = "${repository.url}" }\n` +
      `[dev-dependencies]\nkit = "^1"\n[registries.default]\nindex = "file:../registry"\n` +
      `[deploy.container]\nbase_image = "${images.host}/base:1"\ncmd = ["node", "main.js"]\n`,
  );
  await world.lock();
});
afterEach(async () => {
  await images.close();
  world.desk.remove();
});

const vox = (...args: readonly string[]) => world.vox(args);
/** What a fresh clone on another machine has: the project, no cache, and nobody to ask. */
async function clone(): Promise<(...args: readonly string[]) => ReturnType<LockWorld["vox"]>> {
  await images.close();
  const folder = join(world.desk.folder, "clone");
  cpSync(world.app, join(folder, "app"), { recursive: true, filter: (path) => !path.endsWith(".vox_modules") });
  const run: RunOptions = { cwd: join(folder, "app"), env: { VOX_CACHE_DIR: join(folder, "cache") } };
  return (...args) => world.desk.vox(args, run);
}
const blobs = (): readonly string[] => readdirSync(world.path("vendor/blobs/sha256"));

describe("vox pm vendor", () => {
  it("makes a layout from which a fresh clone syncs, locks and packages offline", async () => {
    const document = succeeded(await vox("pm", "vendor", "--base-images", "--json")).json();
    expect(document).toMatchObject({ out: world.path("vendor"), packages: 4, baseImages: 1 });
    const image = textAt(succeeded(await vox("package", "--json")).json(), "image", "digest");
    const offline = await clone();
    succeeded(await offline("lock", "--locked", "--offline"));
    expect(succeeded(await offline("sync", "--frozen", "--offline", "--json")).json()).toMatchObject({
      packages: 4,
      fetched: 3,
    });
    expect(readFileSync(join(world.desk.folder, "clone/app/.vox_modules/templates/page.vox"), "utf8")).toBe("page\n");
    expect(textAt(succeeded(await offline("package", "--offline", "--json")).json(), "image", "digest")).toBe(image);
    succeeded(await offline("pm", "vendor", "--base-images", "--offline"));
  });

  it("vouches for a git package only as the lock said it when it was vendored", async () => {
    succeeded(await vox("pm", "vendor"));
    const edited = world.read("vox.lock").replace(/(name = "templates"[\s\S]*?feature-table = )\[\]/, '$1["more="]');
    expect(edited).toContain("more=");
    world.write("vox.lock", edited);
    const offline = await clone();
    expect((await offline("sync", "--frozen", "--offline")).stderr).toContain("error[OFFLINE_UNPROVABLE]");
  });

  it("packages without base images only where these can be asked", async () => {
    succeeded(await vox("pm", "vendor"));
    const offline = await clone();
    expect((await offline("package", "--offline")).stderr).toContain("error[OFFLINE_UNPROVABLE]");
  });

  it("makes the same bytes each time, and takes away what is no longer locked", async () => {
    succeeded(await vox("pm", "vendor"));
    const index = world.read("vendor/index.json");
    const before = blobs();
    expect(world.read("vendor/.gitattributes")).toContain("* -text");
    rmSync(join(world.desk.folder, "cache"), { recursive: true });
    succeeded(await vox("pm", "vendor"));
    expect(world.read("vendor/index.json")).toBe(index);
    expect(blobs()).toEqual(before);
    succeeded(await vox("remove", "--dev", "kit"));
    succeeded(await vox("pm", "vendor"));
    expect(blobs()).toHaveLength(before.length - 3);
    expect(readdirSync(world.path("vendor")).sort()).toEqual([".gitattributes", "blobs", "index.json", "oci-layout"]);
  });

  it("is no part of a package, nor of an image", async () => {
    succeeded(await vox("pm", "vendor", "--dir", "third-party"));
    const listed = succeeded(await vox("package", "--list", "--json")).json();
    const files: unknown = at(listed, "files");
    expect(JSON.stringify(files)).toContain("main.js");
    expect(JSON.stringify(files)).not.toMatch(/"path":"third-party\/[^"]*","included":true/);
    const image = textAt(succeeded(await vox("package", "--json")).json(), "image", "digest");
    rmSync(world.path("third-party"), { recursive: true });
    expect(textAt(succeeded(await vox("package", "--json")).json(), "image", "digest")).toBe(image);
  });

  it.each(["sync", "package"])("is proved when it is read: `vox %s` refuses a changed blob", async (command) => {
    succeeded(await vox("pm", "vendor", "--base-images"));
    for (const name of blobs()) {
      const path = world.path(`vendor/blobs/sha256/${name}`);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      chmodSync(path, 0o644);
      writeFileSync(path, bytes);
    }
    const offline = await clone();
    const run = await offline(command, "--frozen", "--offline");
    expect(run.stderr).toMatch(/error\[(CONTENT_MISMATCH|OCI_INVALID)\]/);
    expect(run.exitCode).toBe(65);
    expect(existsSync(join(world.desk.folder, "clone/app/.vox_modules"))).toBe(false);
  });

  it("needs a fresh lock", async () => {
    world.write("Vox.toml", world.read("Vox.toml").replace('router = "^1"', 'router = "^2"'));
    expect((await vox("pm", "vendor")).stderr).toContain("error[LOCK_STALE]");
    rmSync(world.path("vox.lock"));
    expect((await vox("pm", "vendor")).stderr).toContain("error[LOCK_MISSING]");
  });

  it.each([
    ["../vendor", 64, "USAGE"],
    [".git", 64, "USAGE"],
    ["full", 73, "CANNOT_WRITE"],
    ["layout", 73, "CANNOT_WRITE"],
  ])("does not replace what is not its own: %s", async (dir, exitCode, code) => {
    mkdirSync(world.path("full"));
    world.write("full/file", "x");
    world.write("layout/oci-layout", '{"imageLayoutVersion":"1.0.0"}');
    world.write("layout/index.json", '{"schemaVersion":2,"manifests":[]}');
    const run = await vox("pm", "vendor", "--dir", dir);
    expect(run.stderr).toContain(`error[${code}]`);
    expect(run.exitCode).toBe(exitCode);
    expect(world.read("full/file")).toBe("x");
  });

  it("is one folder in a project", async () => {
    succeeded(await vox("pm", "vendor"));
    expect((await vox("pm", "vendor", "--dir", "other")).stderr).toContain("error[CANNOT_WRITE]");
  });
});
