import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRepository, type GitRepository, packageToml } from "../support/git-repository.ts";
import { at, createDesk, type Desk, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

// Each test runs the program several times, and several tests run at once.
vi.setConfig({ testTimeout: 120_000 });

let desk: Desk;
let repository: GitRepository;
let first: string;

const app = (): string => join(desk.folder, "app");
const write = (path: string, text: string): void => {
  const file = join(desk.folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const read = (path: string): string => readFileSync(join(app(), path), "utf8");
const vox = (...args: readonly string[]): Promise<VoxRun> => desk.vox(args, { cwd: app() });
const asks = (dependency: string, rest = ""): void =>
  write("app/Vox.toml", `${packageToml("app", "1.0.0", 'kind = "application"\n')}[dependencies]\n${dependency}\n${rest}`);
const templates = (ref: string): string => `templates = { git = "${repository.url}"${ref === "" ? "" : `, ${ref}`} }`;
const errorOf = (run: VoxRun) => ({ exitCode: run.exitCode, code: textAt(run.json(), "error", "code") });
const forgetCache = (): void => rmSync(join(desk.folder, "cache"), { recursive: true, force: true });

beforeEach(() => {
  desk = createDesk();
  repository = createRepository(join(desk.folder, "repo"));
  first = repository.commit({
    "Vox.toml": '[workspace]\nmembers = ["packages/*"]\n[workspace.package]\nlicense = "MIT"\n',
    "packages/templates/Vox.toml": packageToml(
      "templates",
      "1.2.0",
      'license = { workspace = true }\nexclude = ["drafts"]\n[dependencies]\nbase = { path = "../base" }\n[dev-dependencies]\nnowhere = "1"\n',
    ),
    "packages/templates/page.vox": "page one\n",
    "packages/templates/drafts/x": "not packed",
    "packages/base/Vox.toml": packageToml("base", "0.3.0"),
    "packages/base/base.vox": "base\n",
  });
  repository.git("tag", "v1");
  asks(templates('tag = "v1"'));
});
afterEach(() => desk.remove());

/** Moves the repository on; the tag stays. */
const moveOn = (): string => repository.commit({ "packages/templates/page.vox": "page two\n" });

describe("a git dependency", () => {
  it.each(['tag = "v1"', 'branch = "main"', "", () => `rev = "${first}"`, () => `rev = "${first.slice(0, 10)}"`])(
    "asked with %s is locked to a commit and a diff-id, with what it asks of its own repository",
    async (ref) => {
      asks(templates(typeof ref === "string" ? ref : ref()));
      succeeded(await vox("lock"));
      const lock = read("vox.lock");
      expect(lock.match(/source = "git\+(.*)"/g)).toEqual([1, 2].map(() => `source = "git+${repository.url}#${first}"`));
      expect(lock).toContain(`requires = ["base git:${repository.url}?rev=${first}"]`);
      expect(lock.match(/diff-id = "sha256:[0-9a-f]{64}"/g)).toHaveLength(2);
      expect(lock).not.toContain("nowhere");
      succeeded(await vox("lock", "--locked"));
    },
  );

  it("has the archive that its folder would have", async () => {
    succeeded(await vox("lock"));
    const ids = /diff-id = "(.*)"/.exec(/name = "base"[^[]*/.exec(read("vox.lock"))?.[0] ?? "")?.[1];
    const packed = succeeded(
      await desk.vox(["pm", "publish", "--package", "base", "--dry-run", "--json"], { cwd: repository.dir }),
    );
    expect(textAt(packed.json(), "archives", 0, "diffId")).toBe(ids);
  });

  it("is materialized, by the rules of file selection", async () => {
    succeeded(await vox("sync"));
    expect(read(".vox_modules/templates/page.vox")).toBe("page one\n");
    expect(read(".vox_modules/base/base.vox")).toBe("base\n");
    expect(existsSync(join(app(), ".vox_modules/templates/drafts"))).toBe(false);
    expect(read(".vox_modules/templates/Vox.toml")).toContain('base = "^0.3.0"');
  });

  it("is made again when its cached archive was spoilt", async () => {
    succeeded(await vox("sync"));
    const cache = join(desk.folder, "cache");
    const blobs = join(cache, "blobs/sha256");
    for (const blob of readdirSync(blobs)) {
      const file = join(blobs, blob);
      const bytes = readFileSync(file);
      bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
      rmSync(file);
      writeFileSync(file, bytes);
    }
    for (const name of readdirSync(cache).filter((entry) => !["blobs", "git", "layers", "metadata"].includes(entry)))
      rmSync(join(cache, name), { recursive: true, force: true });
    rmSync(join(app(), ".vox_modules"), { recursive: true });
    succeeded(await vox("sync", "--frozen"));
    expect(read(".vox_modules/templates/page.vox")).toBe("page one\n");
  });

  it("may be asked for by a patch, and by a folder that the project depends on", async () => {
    write("lib/Vox.toml", packageToml("lib", "1.0.0", `[dependencies]\n${templates('tag = "v1"')}\n`));
    asks('lib = { path = "../lib" }\nbase = "^0.3"', `[patch.base]\ngit = "${repository.url}"\nbranch = "main"\n`);
    succeeded(await vox("sync"));
    expect(read(".vox_modules/base/base.vox")).toBe("base\n");
    expect(read(".vox_modules/templates/page.vox")).toBe("page one\n");
  });

  it("is in the image as a layer of its own, the same from a cold cache", async () => {
    asks(
      templates('tag = "v1"'),
      '[deploy.container]\nbase_image = "scratch"\ncmd = ["/app/main"]\nplatforms = ["linux/amd64"]\n',
    );
    write("app/main", "#!/bin/sh\n");
    succeeded(await vox("lock"));
    const image = succeeded(await vox("package", "--json"));
    forgetCache();
    const again = succeeded(await vox("package", "--json", "--out", "again"));
    expect(textAt(again.json(), "image", "digest")).toBe(textAt(image.json(), "image", "digest"));
    const layout = join(app(), textAt(image.json(), "out").replace(`${app()}/`, ""));
    const blob = (digest: string): unknown => JSON.parse(readFileSync(join(layout, "blobs", digest.replace(":", "/")), "utf8"));
    const manifest = blob(textAt(blob(textAt(image.json(), "image", "digest")), "manifests", 0, "digest"));
    // Below them is the layer of the system's files, which a base from nothing has.
    expect([1, 2].map((layer) => at(manifest, "layers", layer, "annotations", "dev.vox.packages"))).toEqual([
      "base@0.3.0",
      "templates@1.2.0",
    ]);
  });
});

describe("a locked commit", () => {
  it("is kept when its branch goes on, until it is updated", async () => {
    asks(templates('branch = "main"'));
    succeeded(await vox("lock"));
    const second = moveOn();
    succeeded(await vox("lock"));
    expect(read("vox.lock")).toContain(first);
    asks(`${templates('branch = "main"')}\nbase = { git = "${repository.url}", branch = "main" }`);
    succeeded(await vox("lock"));
    expect(read("vox.lock")).not.toContain(second);
    asks(templates('branch = "main"'));
    rmSync(join(app(), "vox.lock"));
    succeeded(await vox("lock"));
    expect(read("vox.lock")).toContain(second);
  });

  it("goes when another ref is asked for, and the lock is stale before", async () => {
    succeeded(await vox("lock"));
    const second = moveOn();
    repository.git("tag", "v2");
    asks(templates('tag = "v2"'));
    expect(errorOf(await vox("lock", "--locked", "--json"))).toEqual({ exitCode: 1, code: "LOCK_STALE" });
    succeeded(await vox("lock"));
    expect(read("vox.lock")).toContain(second);
  });

  it("stays when its tag is moved, and a warning names both commits", async () => {
    succeeded(await vox("lock"));
    const before = read("vox.lock");
    const second = moveOn();
    repository.git("tag", "--force", "v1");
    const run = succeeded(await vox("lock"));
    expect(run.stderr).toContain(second.slice(0, 12));
    expect(run.stderr).toContain(first.slice(0, 12));
    expect(read("vox.lock")).toBe(before);
    expect(succeeded(await vox("sync", "--locked")).stderr).not.toContain("has moved");
  });

  it("that somebody else holds other content for is CONTENT_MISMATCH", async () => {
    succeeded(await vox("lock"));
    write(
      "app/vox.lock",
      read("vox.lock").replace(/diff-id = "sha256:./g, (text) => `${text.slice(0, -1)}${text.endsWith("0") ? "1" : "0"}`),
    );
    expect(errorOf(await vox("sync", "--frozen", "--json"))).toEqual({ exitCode: 65, code: "CONTENT_MISMATCH" });
    expect(existsSync(join(app(), ".vox_modules"))).toBe(false);
  });
});

describe("vox.lock", () => {
  it.each([
    ["another version", 'version = "1.2.0"', 'version = "9.9.9"'],
    ["a feature that the package does not have", "feature-table = []", 'feature-table = ["default="]'],
  ])("that says of a package %s is refused, cached or not", async (_what, from, to) => {
    succeeded(await vox("sync"));
    rmSync(join(app(), ".vox_modules"), { recursive: true });
    const [head = "", tail = ""] = read("vox.lock").split(/(?=name = "templates")/);
    write("app/vox.lock", head + tail.replace(from, to));
    expect(errorOf(await vox("sync", "--frozen", "--json"))).toEqual({ exitCode: 65, code: "ARCHIVE_METADATA_MISMATCH" });
    forgetCache();
    expect(errorOf(await vox("sync", "--frozen", "--json"))).toEqual({ exitCode: 65, code: "ARCHIVE_METADATA_MISMATCH" });
    expect(existsSync(join(app(), ".vox_modules"))).toBe(false);
  });
});

describe("`vox update`", () => {
  it("of one package moves all that come from its ref, and of another none", async () => {
    const other = createRepository(join(desk.folder, "other"));
    const third = other.commit({ "Vox.toml": packageToml("other", "1.0.0") });
    asks(`${templates('branch = "main"')}\nother = { git = "${other.url}" }`);
    succeeded(await vox("lock"));
    const second = moveOn();
    const fourth = other.commit({ more: "1" });
    succeeded(await vox("update", "other"));
    expect(read("vox.lock")).toContain(fourth);
    expect(read("vox.lock")).toContain(first);
    succeeded(await vox("update", "templates"));
    expect(read("vox.lock")).toContain(second);
    expect(read("vox.lock")).not.toMatch(new RegExp(`${first}|${third}`));
  });

  it("follows a moved tag", async () => {
    succeeded(await vox("lock"));
    const second = moveOn();
    repository.git("tag", "--force", "v1");
    expect(succeeded(await vox("update", "templates")).stderr).not.toContain("has moved");
    expect(read("vox.lock")).toContain(second);
  });
});

describe("the modes", () => {
  it("--frozen and --locked fetch the locked commit by its id, whatever its refs are now", async () => {
    succeeded(await vox("lock"));
    moveOn();
    repository.git("tag", "--delete", "v1");
    for (const flag of ["--frozen", "--locked"]) {
      forgetCache();
      succeeded(await vox("sync", flag));
      expect(read(".vox_modules/templates/page.vox")).toBe("page one\n");
    }
  });

  it("--offline works from what is cached, and is OFFLINE_UNPROVABLE where that is not enough", async () => {
    succeeded(await vox("lock"));
    rmSync(repository.dir, { recursive: true });
    succeeded(await vox("sync", "--frozen", "--offline"));
    succeeded(await vox("lock", "--offline"));
    rmSync(join(app(), "vox.lock"));
    succeeded(await vox("lock", "--offline"));
    const lock = read("vox.lock");
    forgetCache();
    expect(errorOf(await vox("sync", "--frozen", "--offline", "--json"))).toEqual({ exitCode: 69, code: "OFFLINE_UNPROVABLE" });
    rmSync(join(app(), "vox.lock"));
    expect(errorOf(await vox("lock", "--offline", "--json"))).toEqual({ exitCode: 69, code: "OFFLINE_UNPROVABLE" });
    expect(existsSync(join(app(), "vox.lock"))).toBe(false);
    expect(lock).toContain(first);
  });

  it("without a flag a fresh lock is kept though the repository cannot be reached, with a warning", async () => {
    succeeded(await vox("lock"));
    rmSync(repository.dir, { recursive: true });
    expect(succeeded(await vox("lock")).stderr).toContain("GIT_UNAVAILABLE");
  });
});

describe("what is refused", () => {
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12345\n`;

  it.each([
    ["a submodule", { "packages/templates/vendor": { submodule: "1".repeat(40) } }, "GIT_REFUSED"],
    ["a pointer into Git LFS", { "packages/templates/big.bin": POINTER }, "GIT_REFUSED"],
    ["a link", { "packages/templates/link": { link: "page.vox" } }, "FILE_KIND"],
    ["a link out of the repository", { "packages/templates/link": { link: "/etc/passwd" } }, "FILE_KIND"],
    ["a path that no archive holds", { "packages/templates/a\\b": "x" }, "ARCHIVE_PATH"],
    [
      "a path dependency out of the repository",
      { "packages/base/Vox.toml": packageToml("base", "1.0.0", '[dependencies]\nx = { path = "../../../x" }\n') },
      "GIT_REFUSED",
    ],
    [
      "platforms",
      { "packages/base/Vox.toml": packageToml("base", "1.0.0", 'platforms = ["linux/amd64"]\n') },
      "DEPENDENCY_UNSUPPORTED",
    ],
    ["an application", { "packages/base/Vox.toml": packageToml("base", "1.0.0", 'kind = "application"\n') }, "DEPENDENCY_KIND"],
  ])("in a package: %s", async (_what, files, code) => {
    repository.commit(files);
    asks(templates(""));
    const run = await vox("lock", "--json");
    expect(textAt(run.json(), "error", "code")).toBe(code);
    expect(existsSync(join(app(), "vox.lock"))).toBe(false);
  });

  it("no build step, hook or filter of the repository runs", async () => {
    const trap = join(desk.folder, "ran");
    repository.commit({
      ".gitattributes": "* filter=evil\n",
      ".gitconfig": `[filter "evil"]\n\tsmudge = touch ${trap}\n`,
      "packages/base/Vox.toml": packageToml("base", "0.3.0", `build = ["touch", "${trap}"]\n`),
      "hooks/post-checkout": { program: `#!/bin/sh\ntouch ${trap}\n` },
    });
    for (const hook of ["pre-receive", "post-checkout", "reference-transaction"])
      writeFileSync(join(repository.dir, ".git/hooks", hook), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    repository.git("config", "core.fsmonitor", `touch ${trap}`);
    rmSync(trap, { force: true });
    asks(templates(""));
    succeeded(await vox("sync"));
    expect(existsSync(trap)).toBe(false);
  });

  it.each([
    ["ext::sh -c touch% ran", ""],
    ["-uPATH", ""],
    ["http://example.com/t.git", ""],
    ["file:///srv/t.git", ', branch = "--upload-pack=touch"'],
    ["file:///srv/t.git", ', tag = "-x"'],
    ["file:///srv/t.git", ', rev = "a..b"'],
    ["https://me:s3cret@example.com/t.git", ""],
  ])("the URL `%s` with `%s`", async (url, ref) => {
    asks(`templates = { git = "${url}"${ref} }`);
    const run = await vox("lock", "--json");
    expect(run.exitCode).toBe(65);
    expect(`${run.stdout}${run.stderr}`).not.toContain("s3cret");
  });

  it.each([
    ["a tag that is not there", () => templates('tag = "none"'), 1, "GIT_REF_UNKNOWN"],
    ["a package that is not there", () => `other = { git = "${repository.url}" }`, 1, "GIT_PACKAGE_UNKNOWN"],
    ["a repository that is not there", () => 'other = { git = "file:///nowhere/at/all" }', 69, "GIT_UNAVAILABLE"],
  ])("%s", async (_what, dependency, exitCode, code) => {
    asks(dependency());
    expect(errorOf(await vox("lock", "--json"))).toEqual({ exitCode, code });
  });

  it("one name from two commits, which a patch decides", async () => {
    const other = createRepository(join(desk.folder, "other"));
    other.commit({
      "Vox.toml": packageToml("other", "1.0.0", `[dependencies]\nbase = { git = "${repository.url}", branch = "main" }\n`),
    });
    moveOn();
    const both = `${templates('tag = "v1"')}\nother = { git = "${other.url}" }`;
    asks(both);
    expect(errorOf(await vox("lock", "--json"))).toEqual({ exitCode: 1, code: "SOURCE_CONFLICT" });
    asks(both, `[patch.base]\ngit = "${repository.url}"\ntag = "v1"\n`);
    succeeded(await vox("lock"));
    succeeded(await vox("lock", "--locked"));
  });
});

describe("several processes", () => {
  it("that lock and sync at once with one cache all end well", async () => {
    const projects = ["one", "two", "three", "four"];
    for (const project of projects)
      write(`${project}/Vox.toml`, `${packageToml(project, "1.0.0")}[dependencies]\n${templates('tag = "v1"')}\n`);
    const runs = await Promise.all(projects.map((project) => desk.vox(["sync"], { cwd: join(desk.folder, project) })));
    runs.forEach(succeeded);
    const locks = projects.map((project) =>
      readFileSync(join(desk.folder, project, "vox.lock"), "utf8").replaceAll(project, "x"),
    );
    expect(new Set(locks).size).toBe(1);
  });
});
