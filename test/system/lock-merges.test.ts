import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addBaseImage, createLockWorld, type LockWorld } from "../support/lock-world.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../support/loopback-registry.ts";
import { lockedField } from "../support/storefront.ts";
import { succeeded, textAt } from "../support/vox-cli.ts";

/* What `git merge` leaves of two locks, and what `vox lock` makes of it (contracts, §3). */

const MANIFEST =
  '[package]\nname = "app"\n\n[dependencies]\nalpha = "^1"\nmid = "^1"\n\n[registries.default]\nindex = "file:../registry"\n';
const MARKER = /^(<{7}|\|{7}|={7}|>{7})/m;

interface Branch {
  readonly manifest: string;
  /** What happens in the world before this branch is locked anew. */
  readonly before?: () => Promise<void>;
}

describe("a vox.lock that a merge left in conflict", () => {
  let world: LockWorld;

  const tryGit = (...args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false", ...args], {
      cwd: world.app,
      env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
      encoding: "utf8",
    });

  const git = (...args: readonly string[]): void => {
    const { status, stderr } = tryGit(...args);
    if (status !== 0) throw new Error(stderr);
  };

  async function commitLocked(manifest: string): Promise<void> {
    world.write("Vox.toml", manifest);
    await world.lock();
    git("add", "Vox.toml", "vox.lock");
    git("commit", "-q", "-m", "lock");
  }

  /** Locks `ours` and `theirs` on branches of their own, each from nothing, and merges them. */
  async function merge(branches: { ours: Branch; theirs: Branch; merged?: string; style?: string }): Promise<string> {
    for (const name of ["theirs", "ours"] as const) {
      const { manifest, before } = branches[name];
      git("checkout", "-q", "-b", name, "main");
      await before?.();
      rmSync(world.path("vox.lock"), { force: true });
      await commitLocked(manifest);
    }
    const style = branches.style ?? "merge";
    const merged = tryGit("-c", `merge.conflictStyle=${style}`, "merge", "-q", "--no-edit", "theirs");
    expect(merged.status).toBe(1);
    if (branches.merged !== undefined) world.write("Vox.toml", branches.merged);
    expect(world.read("Vox.toml")).not.toMatch(MARKER);
    const conflicted = world.read("vox.lock");
    expect(conflicted).toMatch(MARKER);
    return conflicted;
  }

  /** `vox lock` leaves one fresh lock, and a second one changes nothing. */
  async function resolved(): Promise<string> {
    await world.lock();
    const lock = world.read("vox.lock");
    expect(lock).not.toMatch(MARKER);
    expect(succeeded(await world.vox(["lock", "--locked", "--json"])).json()).toMatchObject({ changed: false });
    expect(await world.lock()).toMatchObject({ changed: false });
    return lock;
  }

  beforeEach(async () => {
    world = createLockWorld();
    for (const name of ["alpha", "beta", "gamma", "mid"]) await world.publish({ name, version: "1.0.0" });
    git("init", "-q", "-b", "main");
    await commitLocked(MANIFEST);
  });
  afterEach(() => world.desk.remove());

  const adding = (line: string): string => MANIFEST.replace('alpha = "^1"\n', `alpha = "^1"\n${line}\n`);
  const release = (version: string) => () => world.publish({ name: "alpha", version });

  it("holds both when two branches add different dependencies", async () => {
    await merge({
      ours: { manifest: adding('beta = "^1"') },
      theirs: { manifest: adding('gamma = "^1"') },
      merged: adding('beta = "^1"\ngamma = "^1"'),
    });
    const lock = await resolved();
    for (const name of ["alpha", "beta", "gamma", "mid"]) expect(lockedField(lock, name, "version")).toBe("1.0.0");
  });

  it.each(["merge", "diff3", "zdiff3"])(
    "keeps the higher version when both update one dependency, in the style `%s`",
    async (style) => {
      const conflicted = await merge({
        theirs: { manifest: MANIFEST, before: release("1.2.0") },
        ours: { manifest: MANIFEST.replace('alpha = "^1"', 'alpha = "^1, <1.2"'), before: release("1.1.0") },
        merged: MANIFEST,
        style,
      });
      expect(conflicted.includes("|||||||")).toBe(style !== "merge");
      await world.publish({ name: "alpha", version: "1.3.0" });
      expect(lockedField(await resolved(), "alpha", "version")).toBe("1.2.0");
    },
  );

  it("follows the merged manifest when it admits only the lower version", async () => {
    const ours = MANIFEST.replace('alpha = "^1"', 'alpha = "^1, <1.2"');
    await merge({
      theirs: { manifest: MANIFEST, before: release("1.2.0") },
      ours: { manifest: ours, before: release("1.1.0") },
      merged: ours,
    });
    expect(lockedField(await resolved(), "alpha", "version")).toBe("1.1.0");
  });

  it("lets go of what one branch removes and the other updates", async () => {
    const without = MANIFEST.replace('alpha = "^1"\n', "");
    await merge({ theirs: { manifest: MANIFEST, before: release("1.1.0") }, ours: { manifest: without }, merged: without });
    expect(await resolved()).not.toContain("alpha");
  });

  it("is refused by whatever may not write it, with the way out as hint", async () => {
    const conflicted = await merge({
      ours: { manifest: adding('beta = "^1"') },
      theirs: { manifest: adding('gamma = "^1"') },
      merged: MANIFEST,
    });
    for (const args of [["lock", "--locked"], ["sync", "--frozen"], ["package"], ["deploy"]]) {
      const run = await world.vox([...args, "--json"]);
      expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([65, "LOCK_INVALID"]);
      expect(textAt(run.json(), "error", "hint")).toContain("run `vox lock`");
    }
    expect(world.read("vox.lock")).toBe(conflicted);
  });

  it("is not written when the merged manifest has no solution", async () => {
    const merged = MANIFEST.replace('alpha = "^1"', 'alpha = "^9"');
    const conflicted = await merge({
      ours: { manifest: adding('beta = "^1"') },
      theirs: { manifest: adding('gamma = "^1"') },
      merged,
    });
    expect((await world.vox(["lock"])).exitCode).toBe(1);
    expect(world.read("vox.lock")).toBe(conflicted);
  });

  it("is resolved by what is left when one side is no lock at all", async () => {
    await merge({
      ours: { manifest: adding('beta = "^1"') },
      theirs: { manifest: adding('gamma = "^1"') },
      merged: adding('beta = "^1"'),
    });
    world.write("vox.lock", world.read("vox.lock").replace(/^=======$/m, "=======\nthis is [[ no TOML"));
    expect(lockedField(await resolved(), "beta", "version")).toBe("1.0.0");
  });

  it("refuses content that a registry replaced since either side was locked", async () => {
    await merge({
      ours: { manifest: adding('beta = "^1"') },
      theirs: { manifest: adding('gamma = "^1"') },
      merged: adding('gamma = "^1"'),
    });
    rmSync(`${world.registry}/gamma`, { recursive: true });
    await world.publish({ name: "gamma", version: "1.0.0", files: { "index.js": "export default 'other';\n" } });
    const run = await world.vox(["lock", "--json"]);
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([1, "REGISTRY_CONTENT_CHANGED"]);
  });

  describe("with base images", () => {
    let registry: LoopbackRegistry;
    beforeEach(async () => {
      registry = await startLoopbackRegistry();
      for (const tag of ["22", "23", "24"]) await addBaseImage(registry.repository("node"), tag, ["amd64"]);
    });
    afterEach(() => registry.close());

    const on = (tag: string): string =>
      `${MANIFEST}\n[deploy.container]\nbase_image = "${registry.host}/node:${tag}"\nplatforms = ["linux/amd64"]\n`;

    it("keeps the digest of the base image that the merged manifest names, though its tag has moved", async () => {
      await merge({ ours: { manifest: on("23") }, theirs: { manifest: on("24") }, merged: on("24") });
      const locked = world.read("vox.lock").match(/node:24"\n(?:[^\n]*\n)*?digest = "(sha256:[0-9a-f]+)"/)?.[1];
      await addBaseImage(registry.repository("node"), "24", ["amd64", "arm64"]);
      const lock = await resolved();
      expect(lock).not.toContain("node:23");
      expect(lock).toContain(`reference = "${registry.host}/node:24"\ndigest = "${locked}"`);
    });
  });
});
