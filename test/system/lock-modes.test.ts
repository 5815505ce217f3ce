import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOLDS, type Mode, type Way } from "../support/lock-holds.ts";
import {
  createModeWorld,
  isBaseByTag,
  isImagePush,
  isPackageMetadata,
  type ModeWorld,
  type Outcome,
  outcomeOf,
} from "../support/mode-world.ts";
import { snapshot } from "../support/tree-snapshot.ts";
import { succeeded, textAt } from "../support/vox-cli.ts";

/*
 * The table of modes (contracts, §3) for the commands that use a lock: how it is held × the state of lock and cache × the command. Those that edit
 * Vox.toml or move locked versions have theirs in lock-modes-edit.test.ts. What a cell must do is decided here from the table's own words.
 */

const COMMANDS = ["lock", "sync", "package", "deploy"] as const;
type Command = (typeof COMMANDS)[number];

const CELLS = COMMANDS.flatMap((command) =>
  HOLDS.filter(({ way }) => command !== "lock" || !way.flags?.includes("--frozen")).map(({ way, state }) => ({
    command,
    way,
    state,
    mode: modeOf(command, way),
    title: `vox ${command}, ${way.name}, lock ${state}`,
  })),
);

type Cell = (typeof CELLS)[number];

function modeOf(command: Command, { asks, strictLane }: Way): Mode {
  const isImage = command === "package" || command === "deploy";
  if (asks === "frozen" || (isImage && strictLane)) return "frozen";
  if (asks === "locked" || isImage || (command === "sync" && strictLane)) return "locked";
  return "default";
}

/** What the table asks of a cell. */
function expectedOutcome({ command, way, state, mode }: Cell): Outcome {
  const offline = way.offline === true;
  if (mode !== "default" && state === "missing") return { exitCode: 1, code: "LOCK_MISSING" };
  if (mode !== "default" && state === "stale") return { exitCode: 1, code: "LOCK_STALE" };
  // What a release asks of a project besides its lock is judged next, and this one is in no commit.
  if (command === "deploy" && way.env?.["VOX_LANE"] === "release") return { exitCode: 1, code: "POLICY_REFUSED" };
  // The base image's tag was never locked: nothing in the cache says what it names now.
  if (offline && state === "missing") return { exitCode: 69, code: "OFFLINE_UNPROVABLE" };
  // The cache holds no layers of a base, and a registry cannot be pushed to.
  if (offline && (command === "package" || command === "deploy")) return { exitCode: 69, code: "OFFLINE_UNPROVABLE" };
  if (offline && state === "fresh, cold cache" && command !== "lock") return { exitCode: 69, code: "OFFLINE_UNPROVABLE" };
  return { exitCode: 0 };
}

describe("the table of modes (`lock-unchanged`, `lock-frozen`)", () => {
  let here: ModeWorld;

  beforeAll(async () => {
    here = await createModeWorld();
  }, 60_000);

  afterAll(() => here[Symbol.asyncDispose]());

  beforeEach(() => void here.lay("missing"));

  it.each(CELLS)("$title", async (cell) => {
    const { command, way, state, mode } = cell;
    const { world, registry, lock, lockOfStale } = here;
    const cache = here.lay(state);
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
    if (mode === "frozen") {
      expect(registry.requests.filter(isPackageMetadata)).toEqual([]);
      const fetched = requests.flatMap((line) => /^GET \/v2\/vox\/.*\/blobs\/(sha256:.*)/.exec(line)?.[1] ?? []);
      expect(fetched.filter((digest) => !lock.includes(digest))).toEqual([]);
    }
    if (command !== "deploy") expect(registry.requests.filter(isImagePush)).toEqual([]);
    // A lock that is only checked may be asked about: whether what it names was yanked.
    if (command === "lock" && mode !== "default")
      expect(registry.requests.filter((request) => mode === "frozen" || !isPackageMetadata(request))).toEqual([]);
    if (command === "sync" && expected.exitCode === 0) expect(existsSync(world.path(".vox_modules/alpha/index.js"))).toBe(true);
  });

  it("`vox lock --frozen` is a usage error, and touches nothing", async () => {
    here.lay("fresh");
    const before = snapshot(here.world.desk.folder);
    here.registry.requests.length = 0;
    const run = await here.world.vox(["lock", "--frozen", "--json"]);
    expect(outcomeOf(run)).toEqual({ exitCode: 64, code: "USAGE" });
    expect(here.registry.requests).toEqual([]);
    expect(snapshot(here.world.desk.folder)).toEqual(before);
  });

  it.each(["lock", "sync"])(
    "`vox %s --offline` never makes another lock from what the cache happens to hold",
    async (command) => {
      here.lay("stale");
      const before = snapshot(here.world.app);
      const run = await here.world.vox([command, "--offline", "--json"], {
        env: { VOX_CACHE_DIR: here.cacheOf(`none-${command}`) },
      });
      expect(outcomeOf(run)).toEqual({ exitCode: 69, code: "OFFLINE_UNPROVABLE" });
      expect(snapshot(here.world.app)).toEqual(before);
    },
  );

  it("`vox package --frozen --offline` makes an image that needs no base from the cache alone, and asks nobody", async () => {
    const warm = { VOX_CACHE_DIR: here.cacheOf("warm") };
    await here.lockFor(here.manifest.replace(/base_image = ".*"/, 'base_image = "scratch"'));
    here.registry.requests.length = 0;
    const online = succeeded(await here.world.vox(["package", "--json"], { env: warm })).json();
    const run = await here.world.vox(["package", "--frozen", "--offline", "--json"], { env: warm });
    expect(textAt(succeeded(run).json(), "image", "digest")).toBe(textAt(online, "image", "digest"));
    expect(here.registry.requests).toEqual([]);
  });

  it.each([
    ["VOX_LOCKED", "perhaps"],
    ["VOX_FROZEN", "2"],
    ["VOX_OFFLINE", "on off"],
    ["VOX_LANE", "production"],
  ])("%s=%s is refused before anything is looked at", async (name, value) => {
    here.lay("fresh");
    const run = await here.world.vox(["sync", "--json"], { env: { [name]: value } });
    expect(outcomeOf(run)).toEqual({ exitCode: 78, code: "CONFIG_INVALID" });
  });
});
