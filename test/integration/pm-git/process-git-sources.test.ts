import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import type { GitSnapshot } from "../../../src/pm/git/git-sources.ts";
import { ProcessGitSources } from "../../../src/pm/git/process-git-sources.ts";
import { FsMetadataCache } from "../../../src/pm/cas/fs-metadata-cache.ts";
import { createRepository, type GitRepository, packageToml } from "../../support/git-repository.ts";

const ONLINE = { offline: false };
const OFFLINE = { offline: true };

let folder: string;
let repository: GitRepository;
let first: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "vox-git-")));
  repository = createRepository(join(folder, "repo"));
  first = repository.commit({
    "Vox.toml": packageToml("templates", "1.0.0"),
    "a b/ü.vox": "text\r\n",
    run: { program: "#!/bin/sh\n" },
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cacheDir = (): string => join(folder, "cache");
const sources = (env: Readonly<Record<string, string>> = {}) =>
  new ProcessGitSources({
    cacheDir: cacheDir(),
    seen: new FsMetadataCache(cacheDir()),
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
  });

async function textOf(snapshot: GitSnapshot, path: string): Promise<string> {
  const entry = snapshot.entries.find((one) => one.path === path);
  if (!entry) throw new Error(`${path} is not in the tree`);
  return Buffer.from(await collectBytes(snapshot.open(entry), { maxBytes: 1e8, what: path })).toString("utf8");
}

/** What the cache holds of the repositories: whole commits and leftovers. */
const mirrored = (): readonly string[] => {
  const root = join(cacheDir(), "git");
  return existsSync(root) ? readdirSync(root).flatMap((mirror) => readdirSync(join(root, mirror))) : [];
};

describe("a ref", () => {
  it("is resolved to the commit that it names now", async () => {
    repository.git("tag", "light");
    repository.git("tag", "--annotate", "--message", "m", "v1");
    repository.git("branch", "feature/x");
    const second = repository.commit({ more: "1" });
    const git = sources();
    expect(await git.commitOf(repository.url, { kind: "default" }, ONLINE)).toBe(second);
    expect(await git.commitOf(repository.url, { kind: "branch", name: "main" }, ONLINE)).toBe(second);
    expect(await git.commitOf(repository.url, { kind: "branch", name: "feature/x" }, ONLINE)).toBe(first);
    expect(await git.commitOf(repository.url, { kind: "tag", name: "light" }, ONLINE)).toBe(first);
    expect(await git.commitOf(repository.url, { kind: "tag", name: "v1" }, ONLINE)).toBe(first);
    expect(await git.commitOf(repository.url, { kind: "rev", name: "v1" }, ONLINE)).toBe(first);
    expect(await git.commitOf(repository.url, { kind: "rev", name: first.slice(0, 9) }, ONLINE)).toBe(first);
    expect(mirrored()).toEqual([]);
  });

  it("that the repository does not have is GIT_REF_UNKNOWN", async () => {
    for (const ref of [
      { kind: "branch", name: "none" },
      { kind: "tag", name: "main" },
      { kind: "rev", name: "abcdef0" },
    ] as const)
      await expect(sources().commitOf(repository.url, ref, ONLINE)).rejects.toMatchObject({ code: "GIT_REF_UNKNOWN" });
  });

  it("offline is what it was last seen to be, and OFFLINE_UNPROVABLE before that", async () => {
    const ref = { kind: "branch", name: "main" } as const;
    await expect(sources().commitOf(repository.url, ref, OFFLINE)).rejects.toMatchObject({ code: "OFFLINE_UNPROVABLE" });
    await sources().commitOf(repository.url, ref, ONLINE);
    repository.commit({ more: "1" });
    expect(await sources().commitOf(repository.url, ref, OFFLINE)).toBe(first);
  });
});

describe("a commit", () => {
  it("is read as git stores it: no line ending, keyword or filter is changed", async () => {
    const commit = repository.commit({
      ".gitattributes": "*.vox text eol=crlf ident filter=evil export-ignore\n",
      "id.vox": "$Id$\n",
      "b.vox": "a\nb\n",
    });
    const home = join(folder, "home");
    mkdirSync(home);
    const trap = join(folder, "filter-ran");
    writeFileSync(
      join(home, ".gitconfig"),
      `[filter "evil"]\n\tsmudge = "touch ${trap}; cat"\n\tclean = "touch ${trap}; cat"\n`,
    );
    await using snapshot = await sources({ HOME: home }).snapshot({ url: repository.url, commit }, ONLINE);
    expect(await textOf(snapshot, "id.vox")).toBe("$Id$\n");
    expect(await textOf(snapshot, "b.vox")).toBe("a\nb\n");
    expect(snapshot.entries.find(({ path }) => path === "run")).toMatchObject({ executable: true });
    expect(existsSync(trap)).toBe(false);
  });

  it("is read in any order, large and empty files among them", async () => {
    const large = "0123456789abcdef".repeat(200_000);
    const commit = repository.commit({ large, empty: "", small: "s" });
    await using snapshot = await sources().snapshot({ url: repository.url, commit }, ONLINE);
    const texts = await Promise.all(["small", "large", "empty", "large", "Vox.toml"].map((path) => textOf(snapshot, path)));
    expect(texts).toEqual(["s", large, "", large, packageToml("templates", "1.0.0")]);
  });

  it("is fetched once, without its history, and then needs no network", async () => {
    repository.commit({ more: "1" });
    const second = repository.commit({ more: "2" });
    await (await sources().snapshot({ url: repository.url, commit: second }, ONLINE))[Symbol.asyncDispose]();
    const dir = join(cacheDir(), "git", readdirSync(join(cacheDir(), "git"))[0] ?? "", second);
    expect(execFileSync("git", ["--git-dir", dir, "rev-list", "--all"], { encoding: "utf8" }).trim()).toBe(second);
    rmSync(repository.dir, { recursive: true });
    await using snapshot = await sources().snapshot({ url: repository.url, commit: second }, OFFLINE);
    expect(await textOf(snapshot, "more")).toBe("2");
  });

  it("that no branch names any more is still had by its id", async () => {
    const second = repository.commit({ more: "1" });
    repository.git("reset", "--quiet", "--hard", first);
    await using snapshot = await sources().snapshot({ url: repository.url, commit: second }, ONLINE);
    expect(await textOf(snapshot, "more")).toBe("1");
  });

  it.each([
    ["that is nowhere", () => "0".repeat(40), /CONTENT_MISSING|GIT_REF_UNKNOWN|GIT_UNAVAILABLE/],
    ["that is a tree", () => repository.git("rev-parse", "HEAD^{tree}"), /GIT_REF_UNKNOWN|CONTENT_MISSING|GIT_UNAVAILABLE/],
  ])("%s is refused and leaves nothing", async (_what, commit, code) => {
    await expect(sources().snapshot({ url: repository.url, commit: commit() }, ONLINE)).rejects.toMatchObject({
      code: expect.stringMatching(code),
    });
    expect(mirrored()).toEqual([]);
  });

  it("that is not cached is OFFLINE_UNPROVABLE offline", async () => {
    await expect(sources().snapshot({ url: repository.url, commit: first }, OFFLINE)).rejects.toMatchObject({
      code: "OFFLINE_UNPROVABLE",
    });
  });

  it("whose cached copy is damaged is thrown out, so that the next run fetches it", async () => {
    const at = { url: repository.url, commit: first };
    await (await sources().snapshot(at, ONLINE))[Symbol.asyncDispose]();
    const dir = join(cacheDir(), "git", readdirSync(join(cacheDir(), "git"))[0] ?? "", first);
    rmSync(join(dir, "objects"), { recursive: true });
    mkdirSync(join(dir, "objects"));
    await expect(sources().snapshot(at, ONLINE)).rejects.toMatchObject({ code: "CACHE_CORRUPT" });
    await using snapshot = await sources().snapshot(at, ONLINE);
    expect(snapshot.entries.length).toBe(3);
  });

  it("is fetched by several at once, and each gets it whole", async () => {
    const at = { url: repository.url, commit: first };
    const all = await Promise.all(Array.from({ length: 6 }, () => sources().snapshot(at, ONLINE)));
    expect(await Promise.all(all.map((snapshot) => textOf(snapshot, "run")))).toEqual(all.map(() => "#!/bin/sh\n"));
    for (const snapshot of all) await snapshot[Symbol.asyncDispose]();
    expect(mirrored()).toEqual([first]);
  });

  it("is not taken from what a killed process left, and what is a day old is cleared away", async () => {
    const at = { url: repository.url, commit: first };
    await (await sources().snapshot(at, ONLINE))[Symbol.asyncDispose]();
    const mirror = join(cacheDir(), "git", readdirSync(join(cacheDir(), "git"))[0] ?? "");
    const [old, young] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"].map((id) =>
      join(mirror, `.${id}.partial`),
    );
    for (const dir of [old ?? "", young ?? ""]) mkdirSync(join(dir, "objects"), { recursive: true });
    utimesSync(old ?? "", new Date(0), new Date(0));
    const second = repository.commit({ more: "1" });
    await (await sources().snapshot({ url: repository.url, commit: second }, ONLINE))[Symbol.asyncDispose]();
    expect([existsSync(old ?? ""), existsSync(young ?? "")]).toEqual([false, true]);
  });
});

describe("a repository that cannot be read", () => {
  it.each([
    ["file:///nowhere/at/all", "GIT_UNAVAILABLE"],
    ["https://127.0.0.1:1/t.git", "GIT_UNAVAILABLE"],
    ["ssh://git@127.0.0.1:1/t.git", "GIT_UNAVAILABLE"],
  ])("is told for %s", async (url, code) => {
    await expect(sources().commitOf(url, { kind: "default" }, ONLINE)).rejects.toMatchObject({ code });
  });

  it("without the git program is GIT_MISSING", async () => {
    await expect(sources({ PATH: "/nowhere" }).commitOf(repository.url, { kind: "default" }, ONLINE)).rejects.toMatchObject({
      code: "GIT_MISSING",
      exitCode: 69,
    });
  });

  it.each([
    "ext::sh -c true",
    "fd::17",
    "http://127.0.0.1/t.git",
    "git://127.0.0.1/t.git",
    "-uX",
    "/srv/t.git",
    "--upload-pack=x",
  ])("is not even tried for `%s`", async (url) => {
    await expect(sources().commitOf(url, { kind: "default" }, ONLINE)).rejects.toMatchObject({ exitCode: 65 });
    await expect(sources().snapshot({ url, commit: first }, ONLINE)).rejects.toMatchObject({ exitCode: 65 });
  });
});

describe("what would run", () => {
  it("does not: configuration from the environment, of a project around the cache, hooks and transports of a rewritten URL", async () => {
    const trap = join(folder, "ran");
    const around = createRepository(folder);
    around.git("config", "core.sshCommand", `touch ${trap};`);
    around.git("config", "core.fsmonitor", `touch ${trap};`);
    around.git("config", `url.ext::touch ${trap} .insteadOf`, repository.url);
    const hooks = join(folder, "hooks");
    mkdirSync(hooks);
    for (const hook of ["reference-transaction", "post-checkout", "post-index-change", "pre-auto-gc"])
      writeFileSync(join(hooks, hook), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    const home = join(folder, "home");
    mkdirSync(home);
    writeFileSync(join(home, ".gitconfig"), `[core]\n\thooksPath = ${hooks}\n[init]\n\ttemplateDir = ${hooks}\n`);
    const env = {
      HOME: home,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: `url.ext::touch ${trap} .insteadOf`,
      GIT_CONFIG_VALUE_0: repository.url,
      GIT_ALLOW_PROTOCOL: "ext:file",
    };
    await using snapshot = await sources(env).snapshot({ url: repository.url, commit: first }, ONLINE);
    expect(await sources(env).commitOf(repository.url, { kind: "default" }, ONLINE)).toBe(first);
    await expect(sources(env).commitOf("ssh://git@127.0.0.1:1/x", { kind: "default" }, ONLINE)).rejects.toMatchObject({
      code: "GIT_UNAVAILABLE",
    });
    expect(await textOf(snapshot, "run")).toBe("#!/bin/sh\n");
    expect(existsSync(trap)).toBe(false);
  });

  it("does not even where the user's own configuration rewrites to another transport", async () => {
    const trap = join(folder, "ran");
    const home = join(folder, "home");
    mkdirSync(home);
    writeFileSync(
      join(home, ".gitconfig"),
      `[protocol]\n\tallow = always\n[url "ext::touch ${trap} "]\n\tinsteadOf = ${repository.url}\n`,
    );
    await expect(sources({ HOME: home }).commitOf(repository.url, { kind: "default" }, ONLINE)).rejects.toMatchObject({
      code: "GIT_REFUSED",
    });
    expect(existsSync(trap)).toBe(false);
  });
});

describe("a configuration that rewrites https", () => {
  it("to plain HTTP is refused, and the secret in it is not told", async () => {
    const home = join(folder, "home");
    mkdirSync(home);
    writeFileSync(join(home, ".gitconfig"), '[url "http://me:s3cret@127.0.0.1:1/"]\n\tinsteadOf = https://example.invalid/\n');
    const asked = sources({ HOME: home }).commitOf("https://example.invalid/t.git", { kind: "default" }, ONLINE);
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "GIT_REFUSED" });
    expect(String(error)).not.toContain("s3cret");
  });
});

describe("a process that is killed while it fetches", () => {
  it("leaves nothing that the next one takes for a commit", async () => {
    const big = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f/${index}`, `${index}`.repeat(5000)]));
    const commit = repository.commit(big);
    const script = join(folder, "fetch.ts");
    const room = new URL("../../../src/pm/", import.meta.url);
    writeFileSync(
      script,
      `import { ProcessGitSources } from "${new URL("git/process-git-sources.ts", room).pathname}";
       import { FsMetadataCache } from "${new URL("cas/fs-metadata-cache.ts", room).pathname}";
       const cacheDir = ${JSON.stringify(cacheDir())};
       const sources = new ProcessGitSources({ cacheDir, seen: new FsMetadataCache(cacheDir), env: process.env });
       await sources.snapshot({ url: ${JSON.stringify(repository.url)}, commit: "${commit}" }, { offline: false });`,
    );
    const bundle = join(folder, "fetch.mjs");
    const { build } = await import("esbuild");
    await build({
      entryPoints: [script],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "silent",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
    for (const afterMs of [60, 120, 180, 250]) {
      const child = spawn(process.execPath, [bundle], { stdio: "ignore", env: { ...process.env, HOME: folder } });
      const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill("SIGKILL");
      await ended;
      for (const name of mirrored()) expect(name === commit || name.endsWith(".partial")).toBe(true);
    }
    await using snapshot = await sources().snapshot({ url: repository.url, commit }, ONLINE);
    expect(await textOf(snapshot, "f/299")).toBe("299".repeat(5000));
  });
});
