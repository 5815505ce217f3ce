import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLockWorld, dropPackage, type LockWorld, publishToFolder } from "../support/lock-world.ts";
import { lockedField } from "../support/storefront.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

/* Where packages come from, end to end: registries, folders, members, patches, platforms, features and skills. */

const PROJECT = '[package]\nname = "app"\nversion = "1.0.0"\nkind = "application"\n';
const REGISTRY = '[registries.default]\nindex = "file:../registry"\n';
const SCRATCH = '[deploy.container]\nbase_image = "scratch"\ncmd = ["/bin/app"]\n';

let world: LockWorld;
beforeEach(() => {
  world = createLockWorld();
});
afterEach(() => world.desk.remove());

const lockText = async (): Promise<string> => {
  await world.lock();
  return world.read("vox.lock");
};
const manifest = (tables: string): void => world.write("Vox.toml", `${PROJECT}${tables}${REGISTRY}`);
const other = (folder: string): string => join(world.desk.folder, folder);

async function failsWith(args: readonly string[], code: string, exitCode = 1): Promise<string> {
  const before = existsSync(world.path("vox.lock")) ? world.read("vox.lock") : undefined;
  const run = await world.vox([...args, "--json"]);
  expect([run.exitCode, textAt(run.json(), "error", "code")], run.stderr).toEqual([exitCode, code]);
  expect(existsSync(world.path("vox.lock")) ? world.read("vox.lock") : undefined).toBe(before);
  return textAt(run.json(), "error", "message");
}

/** The packages named by the layers of the only platform, or of the one asked for. */
function imagePackages(layout: string, platform = "amd64"): readonly string[] {
  const json = (digest: string): unknown => JSON.parse(readFileSync(join(layout, "blobs", digest.replace(":", "/")), "utf8"));
  const index = json(textAt(JSON.parse(readFileSync(join(layout, "index.json"), "utf8")), "manifests", 0, "digest"));
  const manifests = at(index, "manifests");
  const found = (Array.isArray(manifests) ? manifests : []).find((entry) => at(entry, "platform", "architecture") === platform);
  const layers = at(json(textAt(found, "digest")), "layers");
  // The last layer is the application itself.
  return (Array.isArray(layers) ? layers.slice(0, -1) : []).flatMap((layer) => {
    const named = at(layer, "annotations", "dev.vox.packages");
    return typeof named === "string" ? named.split(",") : [];
  });
}

describe("the lock", () => {
  it("has the same bytes however the manifest is ordered, and however often it is made", async () => {
    for (const name of ["a", "b", "c", "d"]) {
      await world.publish({ name, version: "1.0.0", manifest: "[features]\ndefault = []\nx = []\ny = []\n" });
    }
    const lines = ['a = { version = "1", features = ["x", "y"] }', 'b = "1"', 'c = { features = ["y", "x"], version = "1" }'];
    const tables = ['[dev-dependencies]\nd = "1"\n', '[features]\nuno = ["a/x"]\ndue = ["uno"]\n'];
    const orders = [
      [lines, tables],
      [lines.toReversed(), tables.toReversed()],
      [[...lines.slice(1), ...lines.slice(0, 1)], tables],
    ];
    const texts = new Set<string>();
    for (const [dependencies = [], others = []] of orders) {
      rmSync(world.path("vox.lock"), { force: true });
      manifest(`${others.join("")}[dependencies]\n${dependencies.join("\n")}\n`);
      texts.add(await lockText());
    }
    expect([...texts]).toHaveLength(1);
  });

  it("has the same bytes whether it is made from nothing or kept up to date", async () => {
    await world.publish({ name: "a", version: "1.0.0" }, { name: "b", version: "1.0.0" });
    manifest('[dependencies]\na = "1"\n');
    await lockText();
    manifest('[dependencies]\na = "1"\nb = "1"\n');
    const kept = await lockText();
    rmSync(world.path("vox.lock"));
    expect(await lockText()).toBe(kept);
  });

  it.each([
    ["a fresh lock", '[dependencies]\na = "1"\n'],
    ["a lock that has to be made anew", '[dependencies]\na = "1"\nb = "1"\n'],
  ])("is not changed, and %s is refused, when a registry replaces what a version holds", async (_what, tables) => {
    await world.publish({ name: "a", version: "1.0.0" }, { name: "b", version: "1.0.0" });
    manifest('[dependencies]\na = "1"\n');
    await lockText();
    dropPackage(world.registry, "a");
    await world.publish({ name: "a", version: "1.0.0", files: { "index.js": "export const a = 'other';\n" } });
    manifest(tables);
    expect(await failsWith(["lock"], "REGISTRY_CONTENT_CHANGED")).toContain("a@1.0.0");
  });
});

describe("several registries in one project", () => {
  const CORP = '[registries.corp]\nindex = "file:../corp"\n';

  it("are locked by the names that the project gives them, and a package's own requirements stay in its registry", async () => {
    await world.publish({ name: "a", version: "1.0.0" });
    await publishToFolder(other("corp"), { name: "kit", version: "4.0.0", manifest: '[dependencies]\nbolt = "1"\n' });
    await publishToFolder(other("corp"), { name: "bolt", version: "1.5.0" });
    manifest(`[dependencies]\na = "1"\nkit = { version = "4", registry = "corp" }\n${CORP}`);
    const lock = await lockText();
    expect(lockedField(lock, "kit", "source")).toBe("registry+corp");
    expect(lockedField(lock, "bolt", "source")).toBe("registry+corp");
    expect(lockedField(lock, "a", "source")).toBe("registry+default");
    succeeded(await world.vox(["sync", "--frozen"]));
    expect(readdirSync(world.path(".vox_modules")).sort()).toEqual(["a", "bolt", "kit"]);
  });

  it("do not shadow each other: one name from two of them is SOURCE_CONFLICT, which the project or a patch decides", async () => {
    await world.publish({ name: "bolt", version: "1.0.0" });
    await world.publish({ name: "a", version: "1.0.0", manifest: '[dependencies]\nbolt = "1"\n' });
    await publishToFolder(other("corp"), { name: "kit", version: "4.0.0", manifest: '[dependencies]\nbolt = "1"\n' });
    await publishToFolder(other("corp"), { name: "bolt", version: "1.5.0" });
    const asks = '[dependencies]\na = "1"\nkit = { version = "4", registry = "corp" }\n';
    manifest(asks + CORP);
    const message = await failsWith(["lock"], "SOURCE_CONFLICT");
    for (const word of ["bolt", "corp", "default"]) expect(message).toContain(word);
    manifest(`${asks}bolt = { version = "1", registry = "corp" }\n${CORP}`);
    expect(lockedField(await lockText(), "bolt", "source")).toBe("registry+corp");
    manifest(`${asks}${CORP}[patch.bolt]\nversion = "1"\n`);
    expect(lockedField(await lockText(), "bolt", "source")).toBe("registry+default");
  });

  it("are told by name when one is not declared", async () => {
    manifest('[dependencies]\nkit = { version = "4", registry = "corp" }\n');
    expect(await failsWith(["lock"], "REGISTRY_UNKNOWN", 65)).toContain("corp");
  });
});

describe("[patch]", () => {
  beforeEach(async () => {
    await world.publish(
      { name: "deep", version: "1.0.0" },
      { name: "deep", version: "1.4.0" },
      { name: "deep", version: "2.0.0" },
    );
    await world.publish({ name: "top", version: "1.0.0", manifest: '[dependencies]\ndeep = "^1"\n' });
  });

  it("narrows what everybody asks of a package, and cannot widen it", async () => {
    manifest('[dependencies]\ntop = "1"\n[patch.deep]\nversion = "=1.0.0"\n');
    const lock = await lockText();
    expect(lockedField(lock, "deep", "version")).toBe("1.0.0");
    expect(lock).toContain('[[patch]]\nname = "deep"\nreplacement = "=1.0.0"');
    succeeded(await world.vox(["sync", "--frozen"]));
    expect(readFileSync(world.path(".vox_modules/deep/index.js"), "utf8")).toContain("1.0.0");
    manifest('[dependencies]\ntop = "1"\n[patch.deep]\nversion = "=2.0.0"\n');
    expect(await failsWith(["lock"], "NO_SOLUTION")).toContain("[patch.deep]");
  });

  it("puts a folder in place of a package deep in the graph, as it is now", async () => {
    world.write("../mine/Vox.toml", '[package]\nname = "deep"\nversion = "1.9.0"\n');
    world.write("../mine/index.js", "export const deep = 'mine';\n");
    manifest('[dependencies]\ntop = "1"\n[patch.deep]\npath = "../mine"\n');
    const lock = await lockText();
    expect(lockedField(lock, "deep", "source")).toBe("path+../mine");
    expect(lock).toContain('replacement = "path:../mine"');
    succeeded(await world.vox(["sync", "--frozen"]));
    expect(readFileSync(world.path(".vox_modules/deep/index.js"), "utf8")).toContain("mine");
    manifest('[dependencies]\ntop = "1"\n');
    await failsWith(["lock", "--locked"], "LOCK_STALE");
    expect(lockedField(await lockText(), "deep", "version")).toBe("1.4.0");
  });
});

describe("features and optional dependencies", () => {
  beforeEach(async () => {
    await world.publish({ name: "zstd", version: "1.0.0" }, { name: "rare", version: "1.0.0" });
    const tables = '[dependencies]\nzstd = { version = "1", optional = true }\n[features]\ndefault = []\nfast = ["dep:zstd"]\n';
    await world.publish({ name: "codec", version: "1.0.0", manifest: tables });
  });

  const app = (line: string, features = ""): void =>
    manifest(`[dependencies]\ncodec = ${line}\nrare = { version = "1", optional = true }\n${features}${SCRATCH}`);

  it("leave an optional dependency out of lock, folder and image until a feature asks for it", async () => {
    app('"1"');
    expect(await lockText()).not.toContain('name = "zstd"');
    app('{ version = "1", features = ["fast"] }');
    await failsWith(["lock", "--locked"], "LOCK_STALE");
    const lock = await lockText();
    expect(lock).toContain('"zstd ^1 optional"');
    expect(lock).toContain('"fast"');
    succeeded(await world.vox(["sync", "--frozen"]));
    expect(existsSync(world.path(".vox_modules/zstd/index.js"))).toBe(true);
    succeeded(await world.vox(["package", "--out", other("layout")]));
    expect(imagePackages(other("layout"))).toEqual(["codec@1.0.0", "zstd@1.0.0"]);
  });

  it("are locked for all of the project's features, and an image has what its own default features ask", async () => {
    app('"1"', '[features]\ndefault = ["codec/fast"]\nextra = ["dep:rare"]\n');
    expect(lockedField(await lockText(), "rare", "version")).toBe("1.0.0");
    succeeded(await world.vox(["package", "--out", other("layout")]));
    expect(imagePackages(other("layout"))).toEqual(["codec@1.0.0", "zstd@1.0.0"]);
  });

  it("are told when a package does not have one", async () => {
    app('{ version = "1", features = ["warp"] }');
    expect(await failsWith(["lock"], "NO_SOLUTION")).toContain("warp");
  });
});

describe("a package with platforms", () => {
  const linuxBinary = (machine: number): Buffer => {
    const header = Buffer.alloc(64);
    header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    header.writeUInt16LE(2, 16);
    header.writeUInt16LE(machine, 18);
    return header;
  };

  it("is published with an archive for each, locked with all of them, and laid where each belongs", async () => {
    world.write(
      "../native/Vox.toml",
      '[package]\nname = "native"\nversion = "1.0.0"\nplatforms = ["linux/amd64", "linux/arm64"]\n',
    );
    world.write("../native/index.js", "export const file = 'addon.node';\n");
    for (const [platform, machine] of [
      ["linux-amd64", 62],
      ["linux-arm64", 183],
    ] as const) {
      world.write(`../native/platforms/${platform}/addon.node`, linuxBinary(machine).toString("latin1"));
    }
    const registryEnv = { VOX_REGISTRY: `file:${world.registry}` };
    succeeded(await world.vox(["pm", "publish"], { cwd: other("native"), env: registryEnv }));
    manifest(`[dependencies]\nnative = "1"\n${SCRATCH}`);
    const lock = await lockText();
    expect(lock.match(/\[\[package\.platform\]\]\nplatform = "(.*)"/g)).toHaveLength(2);
    const digests = [...lock.matchAll(/^diff-id = "(.*)"$/gm)].map((match) => match[1]);
    expect(new Set(digests).size).toBe(2);
    succeeded(await world.vox(["sync", "--frozen"]));
    expect(readdirSync(world.path(".vox_modules/native")).sort()).toEqual(["Vox.toml", "addon.node", "index.js"]);
    succeeded(await world.vox(["package", "--out", other("layout")]));
    for (const platform of ["amd64", "arm64"]) expect(imagePackages(other("layout"), platform)).toEqual(["native@1.0.0"]);
    const blobs = readdirSync(join(other("layout"), "blobs/sha256"));
    for (const digest of lock.matchAll(/^digest = "sha256:(.*)"$/gm)) expect(blobs).toContain(digest[1]);
  });
});

describe("[skills]", () => {
  it("are locked, materialized and put into the image, and nothing but a skill may stand there", async () => {
    await world.publish({
      name: "review",
      version: "1.0.0",
      manifest: 'kind = "skill"\n',
      files: { "SKILL.md": "# Review\n" },
    });
    await world.publish({ name: "plain", version: "1.0.0" });
    manifest(`[skills]\nreview = "1"\n${SCRATCH}`);
    expect(await lockText()).toContain('requires = ["skill review ^1"]');
    succeeded(await world.vox(["sync", "--frozen"]));
    expect(readFileSync(world.path(".vox_modules/review/SKILL.md"), "utf8")).toBe("# Review\n");
    succeeded(await world.vox(["package", "--out", other("layout")]));
    expect(imagePackages(other("layout"))).toEqual(["review@1.0.0"]);
    manifest('[skills]\nplain = "1"\n');
    const run = await world.vox(["lock", "--json"]);
    expect(textAt(run.json(), "error", "message")).toContain("plain");
    expect(run.exitCode).not.toBe(0);
  });
});

describe("a workspace whose members depend on each other", () => {
  it("has one lock, and each member's image has its own closure and the members that it needs", async () => {
    await world.publish({ name: "left", version: "1.0.0" }, { name: "right", version: "1.0.0" });
    world.write("Vox.toml", `[workspace]\nmembers = ["apps/*", "libs/*"]\n${REGISTRY}`);
    world.write(
      "apps/one/Vox.toml",
      `[package]\nname = "one"\nkind = "application"\n[dependencies]\nmid = { path = "../../libs/mid" }\n${SCRATCH}`,
    );
    world.write("apps/two/Vox.toml", `[package]\nname = "two"\nkind = "application"\n[dependencies]\nright = "1"\n${SCRATCH}`);
    world.write(
      "libs/mid/Vox.toml",
      '[package]\nname = "mid"\nversion = "0.2.0"\n[dependencies]\nbase = { path = "../base" }\n[dev-dependencies]\nright = "1"\n',
    );
    world.write("libs/base/Vox.toml", '[package]\nname = "base"\nversion = "0.3.0"\n[dependencies]\nleft = "1"\n');
    world.write("libs/base/index.js", "export const base = 1;\n");
    await lockText();
    succeeded(await world.vox(["sync", "--frozen", "--prod", "--package", "one"]));
    expect(readdirSync(world.path("apps/one/.vox_modules")).sort()).toEqual(["base", "left", "mid"]);
    for (const name of ["one", "two"]) succeeded(await world.vox(["package", "--package", name, "--out", other(name)]));
    expect([...imagePackages(other("one"))].sort()).toEqual(["base@0.3.0", "left@1.0.0", "mid@0.2.0"]);
    expect(imagePackages(other("two"))).toEqual(["right@1.0.0"]);
    const first = textAt(
      succeeded(await world.vox(["package", "--package", "one", "--out", other("one"), "--json"])).json(),
      "image",
      "digest",
    );
    world.write("apps/two/main.js", "export {};\n");
    const again = await world.vox(["package", "--package", "one", "--out", other("one"), "--json"]);
    expect(textAt(succeeded(again).json(), "image", "digest")).toBe(first);
    world.write("libs/base/index.js", "export const base = 2;\n");
    const changed = await world.vox(["package", "--package", "one", "--out", other("one"), "--json"]);
    expect(textAt(succeeded(changed).json(), "image", "digest")).not.toBe(first);
  });

  it("may depend on each other in a circle of dev-dependencies", async () => {
    world.write("Vox.toml", `[workspace]\nmembers = ["*"]\n${REGISTRY}`);
    world.write("a/Vox.toml", '[package]\nname = "a"\n[dependencies]\nb = { path = "../b" }\n');
    world.write("b/Vox.toml", '[package]\nname = "b"\n[dev-dependencies]\na = { path = "../a" }\n');
    await lockText();
    succeeded(await world.vox(["lock", "--locked"]));
    succeeded(await world.vox(["sync", "--frozen", "--package", "a"]));
    expect(readdirSync(world.path("a/.vox_modules"))).toEqual(["b"]);
  });
});
