import { spawn, spawnSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LINK_MODES, type LinkMode } from "../../../src/pm/materialize/materializer.ts";
import { type TestPackage, testPackage } from "../../support/published-package.ts";
import { treeOf, type Workshop, workshop } from "./workshop.ts";

let a: TestPackage;
let b: TestPackage;
let c: TestPackage;
let shop: Workshop;

beforeAll(async () => {
  a = await testPackage("a", {
    files: { "index.cjs": 'exports.a = "a" + require("b/index.cjs").b + require("../b/index.cjs").b;\n' },
  });
  b = await testPackage("b", {
    files: { "index.cjs": 'exports.b = "b";\n', "bin/tool": "#!/bin/sh\n" },
    executables: ["bin/tool"],
  });
  c = await testPackage("c", { files: { "index.cjs": "exports.c = 1;\n" } });
});
beforeEach(async () => {
  shop = await workshop(a, b, c);
});
afterEach(() => shop[Symbol.asyncDispose]());

const modules = () => join(shop.projectDir, ".vox_modules");
const sync = (linkMode: LinkMode, packages = [a, b], more = {}) =>
  shop.materializer.materialize(shop.request(packages, { linkMode, ...more }));
const warnings = () => shop.events.flatMap((event) => (event.kind === "warning" ? [event.message] : []));
const packagesIn = async () => (await readdir(modules())).filter((name) => name !== "node_modules");

describe.each(LINK_MODES)("with the link mode `%s`", (linkMode) => {
  it("packages import each other by relative and by bare name", async () => {
    await sync(linkMode);
    const script = 'process.stdout.write(require("./.vox_modules/a/index.cjs").a)';
    const run = spawnSync(process.execPath, ["-e", script], { cwd: shop.projectDir, encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("abb");
  });

  it("ECMAScript modules import each other by bare name too", async () => {
    await sync(linkMode);
    const script = 'import { a } from "./.vox_modules/a/index.cjs"; process.stdout.write(a)';
    await writeFile(join(shop.projectDir, "app.mjs"), script);
    expect(spawnSync(process.execPath, ["app.mjs"], { cwd: shop.projectDir, encoding: "utf8" }).stdout).toBe("abb");
  });

  it("a second run has nothing to do", async () => {
    expect(await sync(linkMode)).toMatchObject({ packages: 2, linked: 2, verified: 2 });
    expect(await sync(linkMode)).toMatchObject({ packages: 2, linked: 0, verified: 2 });
    expect(await sync(linkMode, [a, b], { verify: "full" })).toMatchObject({ linked: 0 });
    expect(await sync(linkMode)).toMatchObject({ linked: 0 });
    expect(shop.events).toEqual([]);
  });

  it("what is not asked for any more goes, and nothing is left beside", async () => {
    await sync(linkMode, [a, b, c]);
    expect(await packagesIn()).toEqual(["a", "b", "c"]);
    await sync(linkMode, [a, b]);
    expect(await packagesIn()).toEqual(["a", "b"]);
    expect((await readdir(shop.projectDir)).sort()).toEqual([".vox_modules"]);
  });

  it.each(LINK_MODES)("it takes the place of `%s`", async (other) => {
    await sync(other);
    await sync(linkMode);
    expect((await lstat(modules())).isSymbolicLink()).toBe(linkMode === "symlink");
    expect(await packagesIn()).toEqual(["a", "b"]);
    expect(await readFile(join(modules(), "b/index.cjs"), "utf8")).toBe(b.files["index.cjs"]);
    expect((await readdir(shop.projectDir)).sort()).toEqual([".vox_modules"]);
    expect(await sync(linkMode)).toMatchObject({ linked: 0 });
  });

  it("it takes the place of whatever stood there", async () => {
    await mkdir(join(modules(), "stranger/deep"), { recursive: true });
    await writeFile(join(modules(), "stranger/deep/x"), "x");
    await sync(linkMode);
    expect(await packagesIn()).toEqual(["a", "b"]);
    await rm(modules(), { recursive: true });
    await writeFile(modules(), "a file");
    await sync(linkMode);
    expect(await packagesIn()).toEqual(["a", "b"]);
    await rm(modules(), { recursive: true });
    await symlink("/nowhere", modules());
    await sync(linkMode);
    expect(await packagesIn()).toEqual(["a", "b"]);
  });

  it("files have the closure's modes", async () => {
    await sync(linkMode);
    expect((await stat(join(modules(), "b/bin/tool"))).mode & 0o777).toBe(0o555);
    expect((await stat(join(modules(), "b/index.cjs"))).mode & 0o777).toBe(0o444);
    expect((await stat(join(modules(), "b"))).mode & 0o777).toBe(0o755);
  });
});

it("`symlink` makes `.vox_modules` one link to the closure's `modules`", async () => {
  await sync("symlink");
  expect(await readlink(modules())).toBe(shop.modulesOf([a, b]));
});

it("`hardlink` shares the closure's files, `copy` does not", async () => {
  const inode = async (dir: string) => (await stat(join(dir, "b/index.cjs"))).ino;
  await sync("hardlink");
  expect(await inode(modules())).toBe(await inode(shop.modulesOf([a, b])));
  await sync("copy");
  expect(await inode(modules())).not.toBe(await inode(shop.modulesOf([a, b])));
});

it("`node_modules` in a real `.vox_modules` has a link for each package", async () => {
  await sync("copy");
  expect(await treeOf(join(modules(), "node_modules"))).toEqual({ a: "→ ../a", b: "→ ../b" });
});

it("a package may be named `node_modules`", async () => {
  const odd = await testPackage("node_modules");
  await using other = await workshop(odd);
  await other.materializer.materialize(other.request([odd], { linkMode: "copy" }));
  expect(await readdir(join(other.projectDir, ".vox_modules/node_modules"))).toEqual(["Vox.toml"]);
});

describe.each(["hardlink", "copy"] as const)("a real `.vox_modules` made by `%s`", (linkMode) => {
  const file = () => join(modules(), "b/index.cjs");
  const TAMPERING: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["a file was changed in place", () => chmod(file(), 0o644).then(() => writeFile(file(), 'exports.b = "x";\n'))],
    [
      "a file was changed and its size and mtime kept",
      async () => {
        const { atime, mtime } = await stat(file());
        await chmod(file(), 0o644);
        await writeFile(file(), 'exports.b = "x";\n');
        await chmod(file(), 0o444);
        await utimes(file(), atime, mtime);
      },
    ],
    ["a file was removed", () => rm(file())],
    ["a file was added", () => writeFile(join(modules(), "b/extra.cjs"), "x")],
    ["a link was removed", () => rm(join(modules(), "node_modules/b"))],
    [
      "a link leads elsewhere",
      () => rm(join(modules(), "node_modules/b")).then(() => symlink("../a", join(modules(), "node_modules/b"))),
    ],
    ["all of it was removed", () => rm(modules(), { recursive: true })],
  ];

  it.each(TAMPERING)("is put right when %s", async (_, tamper) => {
    await sync(linkMode);
    const before = await treeOf(modules());
    await tamper();
    await sync(linkMode);
    expect(await treeOf(modules())).toEqual(before);
    expect(await treeOf(shop.modulesOf([a, b]))).toMatchObject({ "b/index.cjs": `444 ${b.files["index.cjs"]}` });
    shop.events.length = 0;
    expect(await sync(linkMode)).toMatchObject({ linked: 0, repaired: 0 });
    expect(warnings()).toEqual([]);
  });

  it("names the file that was changed", async () => {
    await sync(linkMode);
    await chmod(file(), 0o644);
    await writeFile(file(), 'exports.b = "x";\n');
    await sync(linkMode);
    expect(warnings().join("\n")).toContain("b/index.cjs");
  });

  it("does not vouch for itself with records that came with the project", async () => {
    await mkdir(join(modules(), "b"), { recursive: true });
    await writeFile(join(modules(), ".record"), "vox-tree 1\n");
    await writeFile(file(), "evil");
    await sync(linkMode);
    expect(await readFile(file(), "utf8")).toBe(b.files["index.cjs"]);
    expect(await packagesIn()).toEqual(["a", "b"]);
  });
});

it("a reader of a linked `.vox_modules` sees the old set or the new one at every moment", async () => {
  await sync("symlink", [a, b, c]);
  // The reader looks as fast as it can from a process of its own, until it is told to stop.
  const script = `
    const fs = require("node:fs");
    const seen = new Set();
    process.stdin.on("data", () => { console.log(JSON.stringify([...seen].sort())); process.exit(0); });
    const look = () => {
      for (let n = 0; n < 200; n += 1) {
        try { seen.add(fs.readdirSync(".vox_modules").sort().join()); } catch (error) { seen.add(error.code); }
      }
      setImmediate(look);
    };
    console.log("looking"); look();`;
  const reader = spawn(process.execPath, ["-e", script], { cwd: shop.projectDir });
  const lines: string[] = [];
  const said = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => void (lines.join("").split("\n").length > count && resolve());
      reader.stdout.on("data", (chunk: Buffer) => (lines.push(chunk.toString()), check()));
      check();
    });
  await said(1);
  for (let round = 0; round < 30; round += 1) await sync("symlink", round % 2 === 0 ? [a, b] : [a, b, c]);
  const told = said(2);
  reader.stdin.write("stop\n");
  await told;
  const sets: unknown = JSON.parse(lines.join("").split("\n")[1] ?? "");
  expect(["a,b", "a,b,c"]).toEqual(expect.arrayContaining(Array.isArray(sets) ? sets : ["nothing"]));
});

it("a second project's hard links do not make the first look changed", async () => {
  await sync("hardlink");
  const second = join(shop.projectDir, "second");
  await mkdir(second);
  await sync("hardlink", [a, b], { projectDir: second });
  expect(await sync("hardlink")).toMatchObject({ linked: 0, repaired: 0 });
  await rm(join(second, ".vox_modules"), { recursive: true });
  expect(await sync("hardlink")).toMatchObject({ linked: 0, repaired: 0 });
  expect(shop.events).toEqual([]);
});

it("a project folder that cannot be written is CANNOT_WRITE, exit 73", async () => {
  await writeFile(join(shop.projectDir, "file"), "x");
  await expect(sync("symlink", [a, b], { projectDir: join(shop.projectDir, "file") })).rejects.toMatchObject({
    code: "CANNOT_WRITE",
    exitCode: 73,
  });
});
