import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gunzipSync } from "node:zlib";
import { createRepository } from "../../support/git-repository.ts";
import { at, createDesk, type Desk, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";

/** The annotations of the manifest that a published version's tag names. */
function annotationsOf(registry: string, name: string, manifest: string): unknown {
  const bytes = readFileSync(join(registry, name, "blobs", manifest.replace(":", "/")), "utf8");
  return at(JSON.parse(bytes), "annotations");
}

describe("vox pm publish", () => {
  let desk: Desk;
  const registry = (): string => join(desk.folder, "registry");
  const publish = (env: Record<string, string> = {}) =>
    desk.vox(["pm", "publish", "--json"], {
      cwd: join(desk.folder, "lib"),
      env: { VOX_REGISTRY: `file:${registry()}`, ...env },
    });

  beforeEach(() => {
    desk = createDesk();
    mkdirSync(join(desk.folder, "lib"));
    writeFileSync(join(desk.folder, "lib/Vox.toml"), '[package]\nname = "lib"\nversion = "1.0.0"\n');
    writeFileSync(join(desk.folder, "lib/index.js"), "export const answer = 42;\n");
  });
  afterEach(() => desk.remove());

  it("says when it happened, in whole seconds of UTC, so that a policy can wait for the age of a version", async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const document = succeeded(await publish()).json();
    const created = textAt(annotationsOf(registry(), "lib", textAt(document, "manifest")), "org.opencontainers.image.created");
    expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(created)).toBeGreaterThanOrEqual(before);
  });

  it("gives the same manifest for the same SOURCE_DATE_EPOCH", async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const first = textAt(succeeded(await publish(env)).json(), "manifest");
    const second = textAt(succeeded(await publish({ ...env, VOX_REGISTRY: `file:${registry()}-2` })).json(), "manifest");
    expect(second).toBe(first);
  });

  it("refuses a version that is there already, and leaves the registry as it was", async () => {
    const first = textAt(succeeded(await publish()).json(), "manifest");
    writeFileSync(join(desk.folder, "lib/index.js"), "export const answer = 43;\n");
    const run = await publish();
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([1, "VERSION_EXISTS"]);
    expect(readFileSync(join(registry(), "lib/index.json"), "utf8")).toContain(first);
  });

  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(desk.folder, "lib", path)), { recursive: true });
    writeFileSync(join(desk.folder, "lib", path), content);
  };
  const manifest = (rest: string): void => write("Vox.toml", `[package]\nname = "lib"\nversion = "1.0.0"\n${rest}`);
  const run = (...args: readonly string[]): Promise<VoxRun> =>
    desk.vox(["pm", "publish", ...args], { cwd: join(desk.folder, "lib"), env: { VOX_REGISTRY: `file:${registry()}` } });
  const failure = (told: VoxRun): readonly unknown[] => [told.exitCode, at(told.json(), "error", "code")];
  /** The tar of an archive that the result tells of. */
  const tarOf = (document: unknown, index = 0): string =>
    gunzipSync(
      readFileSync(join(registry(), "lib/blobs", textAt(document, "archives", index, "digest").replace(":", "/"))),
    ).toString("latin1");

  it("with `--dry-run` makes the same version and leaves the registry as it was", async () => {
    const planned = succeeded(await run("--dry-run", "--json")).json();
    expect(at(planned, "published")).toBe(false);
    expect(existsSync(registry())).toBe(false);
    const done = succeeded(await run("--json")).json();
    expect(at(done, "archives")).toEqual(at(planned, "archives"));
    expect(failure(await run("--dry-run", "--json"))).toEqual([1, "VERSION_EXISTS"]);
  });

  it("with `--list` tells what enters and why, and publishes nothing", async () => {
    manifest('exclude = ["drafts"]\ninclude = ["made.js"]\n');
    for (const path of ["drafts/a.md", "made.js", ".env.local", "src/a.js", "notes.txt", "key.pem"]) write(path, "x");
    write(".gitignore", "made.js\nnode_modules\n");
    write(".voxignore", "*.txt\n");
    expect(succeeded(await run("--list")).stdout).toBe(
      [
        "- .env.local  (never included: .env*)",
        "+ .gitignore  (not hidden by any rule)",
        "+ .voxignore  (not hidden by any rule)",
        "+ Vox.toml  (not hidden by any rule)",
        "- drafts/  (exclude: drafts)",
        "+ index.js  (not hidden by any rule)",
        "- key.pem  (never included: *.pem)",
        "+ made.js  (include: made.js)",
        "- notes.txt  (.voxignore: *.txt)",
        "+ src/a.js  (not hidden by any rule)",
        "",
      ].join("\n"),
    );
    expect(existsSync(registry())).toBe(false);
  });

  it("runs the build step before files are collected, and tells of it in the provenance alone", async () => {
    manifest(`build = [${JSON.stringify(process.execPath)}, "build.mjs"]\n`);
    write("build.mjs", 'import { writeFileSync } from "node:fs"; writeFileSync("built.js", "made");\n');
    const tar = tarOf(succeeded(await run("--json")).json());
    expect(tar).toContain("opt/vox/modules/lib/built.js");
    expect(tar).not.toContain("build =");
    manifest('build = ["false"]\n');
    expect(failure(await run("--json"))).toEqual([1, "BUILD_FAILED"]);
  });

  it("lays a platform's files over the others, in an archive for each", async () => {
    manifest('platforms = ["linux/arm64", "linux/amd64"]\n');
    write("tool", "for every platform");
    write("platforms/linux-amd64/tool", Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46]), Buffer.from("amd64 code")]));
    write("platforms/linux-arm64/more", "arm64 only");
    const document = succeeded(await run("--json")).json();
    expect([at(document, "archives", 0, "platform"), at(document, "archives", 1, "platform")]).toEqual([
      "linux/amd64",
      "linux/arm64",
    ]);
    const [amd64, arm64] = [tarOf(document, 0), tarOf(document, 1)];
    expect([amd64.includes("amd64 code"), amd64.includes("for every platform"), amd64.includes("platforms/")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([arm64.includes("for every platform"), arm64.includes("arm64 only"), arm64.includes("modules/lib/more")]).toEqual([
      true,
      true,
      true,
    ]);
  });

  const REFUSED: readonly (readonly [what: string, code: string, exit: number, plant: () => void])[] = [
    [
      "a dependency of another registry",
      "PUBLISH_REFUSED",
      65,
      () => manifest('[dependencies]\na = { version = "1", registry = "corp" }\n[registries.corp]\nindex = "file:../corp"\n'),
    ],
    [
      "a dependency from git",
      "PUBLISH_REFUSED",
      65,
      () => manifest('[dependencies]\na = { git = "https://example.com/a.git" }\n'),
    ],
    [
      "a path without a version",
      "PUBLISH_REFUSED",
      65,
      () => {
        mkdirSync(join(desk.folder, "a"));
        writeFileSync(join(desk.folder, "a/Vox.toml"), '[package]\nname = "a"\n');
        manifest('[dependencies]\na = { path = "../a" }\n');
      },
    ],
    ["a workspace", "PUBLISH_REFUSED", 65, () => manifest('kind = "workspace"\n')],
    [
      "machine code without platforms",
      "PLATFORM_UNDECLARED",
      65,
      () => write("tool", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])),
    ],
    ["a link", "FILE_KIND", 65, () => symlinkSync("index.js", join(desk.folder, "lib/link.js"))],
    ["a name that Windows reserves", "ARCHIVE_PATH", 65, () => write("nul.txt", "x")],
    ["a name with a colon", "ARCHIVE_PATH", 65, () => write("a:b", "x")],
    ["names that differ in case", "ARCHIVE_PATH", 65, () => [write("a.js", "x"), write("A.js", "y")]],
    [
      "a version whose tag is too long",
      "MANIFEST_INVALID",
      65,
      () => write("Vox.toml", `[package]\nname = "lib"\nversion = "1.0.0-${"a".repeat(120)}"\n`),
    ],
    ["an undeclared registry", "REGISTRY_UNKNOWN", 65, () => undefined],
  ];
  it.each(REFUSED)("refuses %s, dry run or not, and leaves no trace", async (what, code, exit, plant) => {
    plant();
    const args = what === "an undeclared registry" ? ["--registry", "nowhere", "--json"] : ["--json"];
    expect(failure(await run(...args))).toEqual([exit, code]);
    expect(failure(await run("--dry-run", ...args))).toEqual([exit, code]);
    expect(existsSync(registry())).toBe(false);
  });

  it("refuses a version that differs from a published one in build metadata alone", async () => {
    succeeded(await run());
    write("Vox.toml", '[package]\nname = "lib"\nversion = "1.0.0+rebuilt"\n');
    expect(failure(await run("--json"))).toEqual([1, "VERSION_EXISTS"]);
  });

  it("refuses a tree that differs from its commit, and files that git does not track, unless told", async () => {
    const { commit } = createRepository(join(desk.folder, "lib"));
    const revision = commit({});
    write("new.js", "x");
    expect(failure(await run("--json"))).toEqual([1, "WORKING_TREE_DIRTY"]);
    expect(failure(await run("--dry-run", "--json"))).toEqual([1, "WORKING_TREE_DIRTY"]);
    commit({});
    write("index.js", "changed");
    expect(failure(await run("--json"))).toEqual([1, "WORKING_TREE_DIRTY"]);
    const document = succeeded(await run("--allow-dirty", "--json")).json();
    expect(
      at(annotationsOf(registry(), "lib", textAt(document, "manifest")), "org.opencontainers.image.revision"),
    ).toBeUndefined();
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
  });

  it("publishes a workspace, a dependency before what needs it, and goes on where an earlier run broke off", async () => {
    const member = (name: string, text: string): void =>
      write(`${name}/Vox.toml`, `[package]\nname = "${name}"\nversion = "1.0.0"\n${text}`);
    write("Vox.toml", '[workspace]\nmembers = ["a", "b", "c", "app"]\n');
    member("a", '[dependencies]\nb = { path = "../b", version = "1" }\n');
    member("b", '[dependencies]\nc = { path = "../c", version = "1" }\n');
    member("c", '[dev-dependencies]\na = { path = "../a" }\n');
    member("app", 'kind = "application"\n[dependencies]\na = { path = "../a" }\n');
    succeeded(await run("--package", "c"));
    const told = succeeded(await run("--workspace", "--json"));
    const packages = [0, 1, 2].map((index) => [
      at(told.json(), "packages", index, "name"),
      at(told.json(), "packages", index, "published"),
    ]);
    expect(packages).toEqual([
      ["c", false],
      ["b", true],
      ["a", true],
    ]);
    expect(at(told.json(), "packages", 3)).toBeUndefined();
    write("b/new.js", "x");
    expect(failure(await run("--workspace", "--json"))).toEqual([1, "VERSION_EXISTS"]);
    expect((await run("--workspace", "--package", "a")).exitCode).toBe(64);
  });

  it("pushes nothing of a workspace when one member cannot be published", async () => {
    write("Vox.toml", '[workspace]\nmembers = ["a", "z"]\n');
    write("a/Vox.toml", '[package]\nname = "a"\n');
    write("z/Vox.toml", '[package]\nname = "z"\n[dependencies]\nq = { git = "https://example.com/q.git" }\n');
    expect(failure(await run("--workspace", "--json"))).toEqual([65, "PUBLISH_REFUSED"]);
    expect(existsSync(registry())).toBe(false);
  });
});
