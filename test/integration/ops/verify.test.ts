import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRepository } from "../../support/git-repository.ts";
import { createLockWorld, dropPackage, type LockWorld } from "../../support/lock-world.ts";
import { hexOf, lockedField } from "../../support/storefront.ts";
import { at, succeeded, type VoxRun } from "../../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000 });

let world: LockWorld;

beforeEach(async () => {
  world = createLockWorld();
  const repository = createRepository(join(world.desk.folder, "repo"));
  repository.commit({ "Vox.toml": '[package]\nname = "templates"\nversion = "0.1.0"\n', "page.vox": "page\n" });
  await world.publish(
    { name: "tokenizer", version: "2.0.0" },
    { name: "router", version: "1.0.0", manifest: '[dependencies]\ntokenizer = "^2"\n' },
    { name: "kit", version: "1.0.0" },
  );
  world.write(
    "Vox.toml",
    `[package]\nname = "app"\n[dependencies]\nrouter = "^1"\ntemplates = { git = "${repository.url}" }\n` +
      `[dev-dependencies]\nkit = "^1"\n[registries.default]\nindex = "file:../registry"\n`,
  );
  await world.lock();
});
afterEach(() => world.desk.remove());

const verify = (...args: readonly string[]): Promise<VoxRun> => world.vox(["pm", "verify", "--json", ...args]);
const sync = async (...args: readonly string[]) => succeeded(await world.vox(["sync", ...args]));
/** The ids of the checks that failed. */
function failures(run: VoxRun): readonly unknown[] {
  const checks = at(run.json(), "checks");
  return Array.isArray(checks) ? checks.filter((check) => at(check, "ok") === false).map((check) => at(check, "id")) : [];
}

describe("vox pm verify", () => {
  it("proves the lock, each package and .vox_modules, one check a line", async () => {
    await sync();
    const run = await world.vox(["pm", "verify"]);
    expect(
      succeeded(run)
        .stdout.split("\n")
        .map((line) => line.split(":")[0]),
    ).toEqual([
      "ok     vox.lock",
      "ok     kit manifest",
      "ok     kit archive",
      "ok     kit metadata",
      "ok     router manifest",
      "ok     router archive",
      "ok     router metadata",
      "ok     templates archive",
      "ok     tokenizer manifest",
      "ok     tokenizer archive",
      "ok     tokenizer metadata",
      "ok     .vox_modules",
      "",
    ]);
    expect(succeeded(await verify()).json()).toMatchObject({ ok: true });
  });

  it.each([["--link-mode", "copy"], ["--link-mode", "hardlink"], ["--prod"]])(
    "takes .vox_modules made with %s %s",
    async (...args) => {
      await sync(...args);
      succeeded(await verify());
    },
  );

  it("looks at named packages alone, and knows no others", async () => {
    const run = succeeded(await verify("router"));
    expect(at(run.json(), "checks")).toHaveLength(4);
    expect((await world.vox(["pm", "verify", "nobody"])).stderr).toContain("error[DEPENDENCY_UNKNOWN]");
  });

  it("asks nobody offline, and says what cannot be proved then", async () => {
    await sync();
    rmSync(world.registry, { recursive: true });
    succeeded(await verify("--offline"));
    rmSync(join(world.desk.folder, "cache"), { recursive: true });
    const run = await verify("--offline");
    expect(run.exitCode).toBe(1);
    expect(failures(run)).toEqual(["kit archive", "router archive", "templates archive", "tokenizer archive", ".vox_modules"]);
  });

  it("proves offline what the project carries", async () => {
    succeeded(await world.vox(["pm", "vendor"]));
    rmSync(world.registry, { recursive: true });
    rmSync(join(world.desk.folder, "cache"), { recursive: true });
    succeeded(await verify("--offline"));
  });
});

describe("vox pm verify finds", () => {
  it("every version that a registry changed or lost, all of them in one run", async () => {
    dropPackage(world.registry, "router");
    await world.publish({
      name: "router",
      version: "1.0.0",
      manifest: '[dependencies]\ntokenizer = "^2"\n',
      files: { "evil.js": "x" },
    });
    dropPackage(world.registry, "kit");
    const run = await verify();
    expect(run.exitCode).toBe(1);
    expect(failures(run)).toEqual(["kit manifest", "kit archive", "router manifest", "router archive"]);
  });

  it.each(["diff-id", "digest", "manifest"])("a changed %s in the lock", async (field) => {
    const lock = world.read("vox.lock");
    const value = lockedField(lock, "router", field);
    world.write("vox.lock", lock.replace(value, `sha256:${"0".repeat(64)}`));
    const run = await verify("router");
    expect(run.exitCode).toBe(1);
    expect(failures(run)).toContain("router manifest");
  });

  it("a line of the lock that the package's own Vox.toml does not have", async () => {
    world.write("vox.lock", world.read("vox.lock").replace('requires = ["tokenizer ^2"]', 'requires = ["tokenizer >=2"]'));
    expect(failures(await verify("router"))).toEqual(["router metadata"]);
  });

  it("a cached archive that was changed", async () => {
    await sync();
    const path = join(world.desk.folder, "cache/blobs/sha256", hexOf(lockedField(world.read("vox.lock"), "router", "digest")));
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
    expect(failures(await verify("router"))).toEqual(["router archive"]);
  });

  it("a stale lock", async () => {
    world.write("Vox.toml", world.read("Vox.toml").replace('router = "^1"', 'router = "^2"'));
    expect(failures(await verify())).toEqual(["vox.lock"]);
  });

  it.each<[string, (folder: string) => void]>([
    ["changed", (folder) => writeFileSync(join(folder, "router/index.js"), "other")],
    ["missing", (folder) => rmSync(join(folder, "router/index.js"))],
    ["added", (folder) => writeFileSync(join(folder, "router/evil.js"), "x")],
    ["of no package", (folder) => cpSync(join(folder, "router"), join(folder, "stranger"), { recursive: true })],
    ["a program", (folder) => chmodSync(join(folder, "router/index.js"), 0o755)],
  ])("a file in .vox_modules that is %s", async (_, spoil) => {
    await sync("--link-mode", "copy");
    const folder = world.path(".vox_modules");
    chmodSync(join(folder, "router/index.js"), 0o644);
    spoil(folder);
    const run = await verify();
    expect(run.exitCode).toBe(1);
    expect(failures(run)).toEqual([".vox_modules"]);
    expect(readdirSync(folder)).toContain("router");
  });
});
