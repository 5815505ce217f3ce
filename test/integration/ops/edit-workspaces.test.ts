import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addBaseImage, createLockWorld, type LockWorld } from "../../support/lock-world.ts";
import { createRepository, type GitRepository, packageToml } from "../../support/git-repository.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { at, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";

let world: LockWorld;
beforeEach(async () => {
  world = createLockWorld();
  await world.publish(
    { name: "bytes", version: "1.0.0" },
    { name: "bytes", version: "1.1.0" },
    { name: "zstd", version: "1.0.0" },
    { name: "zstd", version: "1.1.0" },
  );
});
afterEach(() => world.desk.remove());

const REGISTRY = '[registries.default]\nindex = "file:../registry"\n';
const codeOf = (run: VoxRun) => [run.exitCode, textAt(run.json(), "error", "code")];
const lockedVersion = (name: string): string | undefined =>
  new RegExp(`name = "${name}"\nversion = "(.*)"`).exec(world.read("vox.lock"))?.[1];

describe("`add`, `remove` and `update` in a workspace", () => {
  const SHOP = `${packageToml("shop", "1.0.0")}[dependencies]\nbytes = "=1.0.0" # pinned\n`;

  beforeEach(async () => {
    world.write("Vox.toml", `[workspace]\nmembers = ["apps/*"]\n${REGISTRY}`);
    world.write("apps/shop/Vox.toml", SHOP);
    world.write("apps/admin/Vox.toml", packageToml("admin", "1.0.0"));
    await world.lock();
  });

  it("change the member that `--package` names, and the one lock", async () => {
    succeeded(await world.vox(["add", "zstd", "--package", "admin"]));
    expect(world.read("apps/admin/Vox.toml")).toContain('zstd = "^1.1.0"');
    expect(world.read("apps/shop/Vox.toml")).toBe(SHOP);
    expect([lockedVersion("zstd"), lockedVersion("bytes")]).toEqual(["1.1.0", "1.0.0"]);
    succeeded(await world.vox(["remove", "bytes", "--package", "shop"]));
    expect(world.read("apps/shop/Vox.toml")).not.toContain("bytes");
    expect([lockedVersion("zstd"), lockedVersion("bytes")]).toEqual(["1.1.0", undefined]);
    succeeded(await world.vox(["lock", "--locked"]));
  });

  it("change the member whose folder they stand in", async () => {
    succeeded(await world.vox(["add", "zstd"], { cwd: join(world.app, "apps/admin") }));
    expect(world.read("apps/admin/Vox.toml")).toContain('zstd = "^1.1.0"');
  });

  it("write a path for another member, as seen from this one", async () => {
    succeeded(await world.vox(["add", "admin", "--package", "shop"]));
    expect(world.read("apps/shop/Vox.toml")).toContain('admin = { path = "../admin" }');
  });

  it("need to know which member, and one that there is", async () => {
    expect(codeOf(await world.vox(["add", "zstd", "--json"]))).toEqual([64, "WORKSPACE_AMBIGUOUS"]);
    expect(codeOf(await world.vox(["remove", "bytes", "--json"]))).toEqual([64, "WORKSPACE_AMBIGUOUS"]);
    const [exitCode] = codeOf(await world.vox(["add", "zstd", "--package", "nobody", "--json"]));
    expect(exitCode).not.toBe(0);
    expect(codeOf(await world.vox(["remove", "bytes", "--package", "admin", "--json"]))).toEqual([1, "DEPENDENCY_UNKNOWN"]);
    expect(world.read("apps/shop/Vox.toml")).toBe(SHOP);
  });

  it("`update` is for the one lock, whoever asks, and `--precise` holds all members to their ranges", async () => {
    succeeded(await world.vox(["add", "zstd@^1", "--package", "admin"]));
    succeeded(await world.vox(["update", "zstd", "--precise", "1.0.0", "--package", "shop"]));
    expect([lockedVersion("zstd"), lockedVersion("bytes")]).toEqual(["1.0.0", "1.0.0"]);
    const run = await world.vox(["update", "bytes", "--precise", "1.1.0", "--package", "admin", "--json"]);
    expect(codeOf(run)).toEqual([1, "NO_SOLUTION"]);
    expect(textAt(run.json(), "error", "message")).toContain("`shop` asks for `bytes` =1.0.0");
    succeeded(await world.vox(["update", "--package", "shop"]));
    expect([lockedVersion("zstd"), lockedVersion("bytes")]).toEqual(["1.1.0", "1.0.0"]);
  });
});

describe("`vox add --git`", () => {
  let repository: GitRepository;
  let first: string;
  let second: string;
  beforeEach(() => {
    world.write("Vox.toml", packageToml("app", "1.0.0"));
    mkdirSync(join(world.desk.folder, "repo"));
    repository = createRepository(join(world.desk.folder, "repo"));
    first = repository.commit({ "Vox.toml": packageToml("templates", "1.0.0") });
    repository.git("tag", "v1");
    second = repository.commit({ more: "1" });
    repository.git("branch", "next");
  });

  it.each([
    ["nothing more", [], "", () => second],
    ["--tag", ["--tag", "v1"], ', tag = "v1"', () => first],
    ["--branch", ["--branch", "next"], ', branch = "next"', () => second],
    ["--rev", () => ["--rev", first], () => `, rev = "${first}"`, () => first],
  ] as const)("with %s writes what was said and locks the commit", async (_, flags, written, commit) => {
    const args = typeof flags === "function" ? flags() : flags;
    succeeded(await world.vox(["add", "templates", "--git", repository.url, ...args]));
    const rest = typeof written === "function" ? written() : written;
    expect(world.read("Vox.toml")).toContain(`templates = { git = "${repository.url}"${rest} }`);
    expect(world.read("vox.lock")).toContain(`source = "git+${repository.url}#${commit()}"`);
    succeeded(await world.vox(["lock", "--locked"]));
  });

  it("takes the place of another source, and another source of it", async () => {
    await world.publish({ name: "templates", version: "1.0.0" });
    world.write("Vox.toml", `${packageToml("app", "1.0.0")}[dependencies]\ntemplates = "^1" # pages\n${REGISTRY}`);
    await world.lock();
    succeeded(await world.vox(["add", "templates", "--git", repository.url, "--tag", "v1"]));
    expect(world.read("Vox.toml")).toContain(`templates = { git = "${repository.url}", tag = "v1" } # pages`);
    succeeded(await world.vox(["add", "templates@^1", "--registry", "default"]));
    expect(world.read("Vox.toml")).toContain('templates = { version = "^1" } # pages');
    expect(world.read("vox.lock")).not.toContain("git+");
  });

  it("with a ref that is not there writes nothing", async () => {
    const before = world.read("Vox.toml");
    const run = await world.vox(["add", "templates", "--git", repository.url, "--tag", "none", "--json"]);
    expect(codeOf(run)).toEqual([1, "GIT_REF_UNKNOWN"]);
    expect(world.read("Vox.toml")).toBe(before);
  });

  it("has no version for `--precise`", async () => {
    succeeded(await world.vox(["add", "templates", "--git", repository.url]));
    expect(codeOf(await world.vox(["update", "templates", "--precise", "1.0.0", "--json"]))).toEqual([64, "USAGE"]);
  });
});

describe("`vox update --base-images`", () => {
  let images: LoopbackRegistry;
  beforeEach(async () => {
    images = await startLoopbackRegistry();
    await addBaseImage(images.repository("base/node"), "22", ["amd64", "arm64"]);
    const deploy = `[deploy.container]\nbase_image = "${images.host}/base/node:22"\n`;
    const head =
      '[package]\nname = "app"\nversion = "1.0.0"\nkind = "application"\n[dependencies]\nbytes = "^1"\nzstd = "^1"\n';
    world.write("Vox.toml", head + REGISTRY + deploy);
    await world.lock();
    for (const name of ["bytes", "zstd"]) succeeded(await world.vox(["update", name, "--precise", "1.0.0"]));
    // The tag moves: the image now lacks nothing and is another one.
    await addBaseImage(images.repository("base/node"), "22", ["arm64", "amd64"]);
  });
  afterEach(() => images.close());

  const base = (): string | undefined => /\[\[base-image\]\]\n.*\ndigest = "(.*)"/.exec(world.read("vox.lock"))?.[1];
  const versions = () => [lockedVersion("bytes"), lockedVersion("zstd")];

  it("takes what the tag names now, and leaves packages; everything else leaves base images", async () => {
    const before = base();
    succeeded(await world.vox(["lock"]));
    succeeded(await world.vox(["update", "zstd"]));
    expect([base(), ...versions()]).toEqual([before, "1.0.0", "1.1.0"]);
    const document = succeeded(await world.vox(["update", "--base-images", "--json"])).json();
    expect(base()).not.toBe(before);
    expect(versions()).toEqual(["1.0.0", "1.1.0"]);
    expect(at(document, "changed")).toBe(true);
    expect(JSON.stringify(at(document, "diff"))).toContain("base/node:22");
    expect(at(succeeded(await world.vox(["update", "--base-images", "--json"])).json(), "changed")).toBe(false);
  });

  it("with a name moves that package too", async () => {
    const before = base();
    succeeded(await world.vox(["update", "bytes", "--base-images"]));
    expect(base()).not.toBe(before);
    expect(versions()).toEqual(["1.1.0", "1.0.0"]);
  });

  it("writes nothing when the tag is gone", async () => {
    images.repositories.delete("base/node");
    const before = world.read("vox.lock");
    expect((await world.vox(["update", "--base-images", "--json"])).exitCode).not.toBe(0);
    expect(world.read("vox.lock")).toBe(before);
  });
});
