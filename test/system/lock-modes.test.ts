import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addBaseImage, createLockWorld, type LockWorld, publishInto } from "../support/lock-world.ts";
import { type LoopbackRegistry, type RecordedRequest, startLoopbackRegistry } from "../support/loopback-registry.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

/*
 * Every cell of the table of modes (contracts, §3): how the lock is held × the state of the lock and the cache × the command.
 * What a cell must do is decided here from the table's own words, not from the program.
 */

type Command = "lock" | "sync" | "package" | "deploy";
type State = "missing" | "stale" | "fresh" | "fresh, cold cache";

interface Way {
  readonly name: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the flag or variable asks by itself. */
  readonly asks: "nothing" | "locked" | "frozen";
  readonly offline?: true;
  /** CI and lanes hold `sync` as locked, images as frozen, and `lock` as nothing. */
  readonly strictLane?: true;
}

const WAYS: readonly Way[] = [
  { name: "no mode", asks: "nothing" },
  { name: "--locked", flags: ["--locked"], asks: "locked" },
  { name: "VOX_LOCKED", env: { VOX_LOCKED: "1" }, asks: "locked" },
  { name: "--frozen", flags: ["--frozen"], asks: "frozen" },
  { name: "VOX_FROZEN", env: { VOX_FROZEN: "true" }, asks: "frozen" },
  { name: "--offline", flags: ["--offline"], asks: "nothing", offline: true },
  { name: "VOX_OFFLINE", env: { VOX_OFFLINE: "1" }, asks: "nothing", offline: true },
  { name: "--locked --offline", flags: ["--locked", "--offline"], asks: "locked", offline: true },
  { name: "--frozen and VOX_OFFLINE", flags: ["--frozen"], env: { VOX_OFFLINE: "1" }, asks: "frozen", offline: true },
  { name: "CI", env: { CI: "true" }, asks: "nothing", strictLane: true },
  { name: "the release lane", env: { VOX_LANE: "release" }, asks: "nothing", strictLane: true },
  { name: "--locked under CI", flags: ["--locked"], env: { CI: "true" }, asks: "locked", strictLane: true },
];

const COMMANDS: readonly Command[] = ["lock", "sync", "package", "deploy"];
const STATES: readonly State[] = ["missing", "stale", "fresh", "fresh, cold cache"];

const CELLS = COMMANDS.flatMap((command) =>
  WAYS.filter(({ flags }) => command !== "lock" || !flags?.includes("--frozen")).flatMap((way) =>
    STATES.map((state) => ({
      command,
      way,
      state,
      mode: modeOf(command, way),
      title: `vox ${command}, ${way.name}, lock ${state}`,
    })),
  ),
);

type Cell = (typeof CELLS)[number];
type Mode = "default" | "locked" | "frozen";

function modeOf(command: Command, { asks, strictLane }: Way): Mode {
  const isImage = command === "package" || command === "deploy";
  if (asks === "frozen" || (isImage && strictLane)) return "frozen";
  if (asks === "locked" || isImage || (command === "sync" && strictLane)) return "locked";
  return "default";
}

interface Outcome {
  readonly exitCode: number;
  readonly code?: string;
}

/** What the table asks of a cell. */
function expectedOutcome({ command, way, state, mode }: Cell): Outcome {
  const offline = way.offline === true;
  if (mode !== "default" && state === "missing") return { exitCode: 1, code: "LOCK_MISSING" };
  if (mode !== "default" && state === "stale") return { exitCode: 1, code: "LOCK_STALE" };
  // The base image's tag was never locked: nothing in the cache says what it names now.
  if (offline && state === "missing") return { exitCode: 69, code: "OFFLINE_UNPROVABLE" };
  // The cache holds no layers of a base, and a registry cannot be pushed to.
  if (offline && (command === "package" || command === "deploy")) return { exitCode: 69, code: "OFFLINE_UNPROVABLE" };
  if (offline && state === "fresh, cold cache" && command !== "lock") return { exitCode: 69, code: "OFFLINE_UNPROVABLE" };
  return { exitCode: 0 };
}

const isPackageMetadata = ({ path }: RecordedRequest): boolean =>
  path.startsWith("/v2/vox/") && !path.includes("/blobs/sha256:");
const isBaseByTag = ({ path }: RecordedRequest): boolean =>
  path.startsWith("/v2/base/") && /\/(tags|manifests\/(?!sha256:))/.test(path);
const isImagePush = ({ path }: RecordedRequest): boolean => path.startsWith("/v2/apps/");

describe("the table of modes", () => {
  let world: LockWorld;
  let registry: LoopbackRegistry;
  let manifest: string;
  let lock: string;
  let staleManifest: string;
  let lockOfStale: string;
  let cells = 0;

  const cacheOf = (name: string): string => join(world.desk.folder, "caches", name);

  beforeAll(async () => {
    registry = await startLoopbackRegistry();
    world = createLockWorld();
    for (const name of ["alpha", "beta", "gamma"]) {
      const manifest = name === "alpha" ? '[dependencies]\nbeta = "^1"\n' : "";
      await publishInto(registry.repository(`vox/${name}`), { name, version: "1.0.0", manifest });
    }
    await addBaseImage(registry.repository("base/node"), "22", ["amd64", "arm64"]);
    manifest = [
      '[package]\nname = "app"\nversion = "1.0.0"\nkind = "application"\n[dependencies]\nalpha = "^1"',
      `[registries.default]\nindex = "oci://${registry.host}/vox"\n[deploy.container]`,
      `base_image = "${registry.host}/base/node:22"\nregistry = "${registry.host}/apps"\ncmd = ["node", "main.js"]\n`,
    ].join("\n");
    staleManifest = manifest.replace('alpha = "^1"', 'alpha = "^1"\ngamma = "^1"');
    world.write("main.js", "console.log(1);\n");
    world.write("Vox.toml", manifest);
    const warm = { env: { VOX_CACHE_DIR: cacheOf("warm") } };
    await world.lock(warm);
    lock = world.read("vox.lock");
    for (const args of [["sync"], ["package"]]) succeeded(await world.vox(args, warm));
    world.write("Vox.toml", staleManifest);
    succeeded(await world.vox(["sync"], warm));
    lockOfStale = world.read("vox.lock");
  }, 60_000);

  afterAll(async () => {
    await registry.close();
    world.desk.remove();
  });

  beforeEach(() => {
    for (const made of [".vox_modules", "dist", "vox.lock"]) rmSync(world.path(made), { recursive: true, force: true });
    world.write("Vox.toml", manifest);
  });

  function lay(state: State): string {
    if (state === "stale") world.write("Vox.toml", staleManifest);
    if (state !== "missing") world.write("vox.lock", lock);
    cells += 1;
    return cacheOf(state === "fresh, cold cache" ? `cold-${cells}` : "warm");
  }

  const outcomeOf = (run: VoxRun): Outcome =>
    run.exitCode === 0 ? { exitCode: 0 } : { exitCode: run.exitCode, code: textAt(run.json(), "error", "code") };

  it.each(CELLS)("$title", async (cell) => {
    const { command, way, state, mode } = cell;
    const cache = lay(state);
    const before = snapshot(world.app);
    registry.requests.length = 0;
    const run = await world.vox([command, ...(way.flags ?? []), "--json"], { env: { ...way.env, VOX_CACHE_DIR: cache } });
    const expected = expectedOutcome(cell);
    expect(outcomeOf(run), run.stderr).toEqual(expected);

    if (expected.exitCode !== 0) expect(snapshot(world.app)).toEqual(before);
    else if (mode !== "default" || state.startsWith("fresh")) expect(world.read("vox.lock")).toBe(lock);
    else expect(world.read("vox.lock")).toBe(state === "stale" ? lockOfStale : lock);

    const requests = registry.requests.map(({ method, path }) => `${method} ${path}`);
    if (way.offline || expected.code?.startsWith("LOCK_")) expect(requests).toEqual([]);
    if (mode !== "default") expect(registry.requests.filter(isBaseByTag)).toEqual([]);
    if (mode === "frozen") expect(registry.requests.filter((request) => isPackageMetadata(request))).toEqual([]);
    if (command !== "deploy") expect(registry.requests.filter(isImagePush)).toEqual([]);
    if (command === "lock" && mode !== "default") expect(requests).toEqual([]);
    if (command === "sync" && expected.exitCode === 0) expect(existsSync(world.path(".vox_modules/alpha/index.js"))).toBe(true);
  });

  it("`vox lock --frozen` is a usage error, and touches nothing", async () => {
    lay("fresh");
    const before = snapshot(world.desk.folder);
    registry.requests.length = 0;
    const run = await world.vox(["lock", "--frozen", "--json"]);
    expect(outcomeOf(run)).toEqual({ exitCode: 64, code: "USAGE" });
    expect(registry.requests).toEqual([]);
    expect(snapshot(world.desk.folder)).toEqual(before);
  });

  it.each(["lock", "sync"])(
    "`vox %s --offline` never makes another lock from what the cache happens to hold",
    async (command) => {
      world.write("vox.lock", lock);
      world.write("Vox.toml", staleManifest);
      const before = snapshot(world.app);
      const run = await world.vox([command, "--offline", "--json"], { env: { VOX_CACHE_DIR: cacheOf(`none-${command}`) } });
      expect(outcomeOf(run)).toEqual({ exitCode: 69, code: "OFFLINE_UNPROVABLE" });
      expect(snapshot(world.app)).toEqual(before);
    },
  );

  it("`vox package --frozen --offline` makes an image that needs no base from the cache alone, and asks nobody", async () => {
    const warm = { VOX_CACHE_DIR: cacheOf("warm") };
    world.write("Vox.toml", manifest.replace(/base_image = ".*"/, 'base_image = "scratch"'));
    await world.lock({ env: warm });
    registry.requests.length = 0;
    const online = succeeded(await world.vox(["package", "--json"], { env: warm })).json();
    const run = await world.vox(["package", "--frozen", "--offline", "--json"], { env: warm });
    expect(textAt(succeeded(run).json(), "image", "digest")).toBe(textAt(online, "image", "digest"));
    expect(registry.requests).toEqual([]);
  });

  it.each([
    ["VOX_LOCKED", "perhaps"],
    ["VOX_FROZEN", "2"],
    ["VOX_OFFLINE", "on off"],
    ["VOX_LANE", "production"],
  ])("%s=%s is refused before anything is looked at", async (name, value) => {
    lay("fresh");
    const run = await world.vox(["sync", "--json"], { env: { [name]: value } });
    expect(outcomeOf(run)).toEqual({ exitCode: 78, code: "CONFIG_INVALID" });
  });
});
