import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOLDS, type Mode, type Way } from "../support/lock-holds.ts";
import { createModeWorld, isBaseByTag, isImagePush, type ModeWorld, type Outcome, outcomeOf } from "../support/mode-world.ts";
import { snapshot } from "../support/tree-snapshot.ts";

/*
 * The table of modes (contracts, §3) for the commands that change what the lock must say. Held as locked or frozen they cannot run: a lock that is
 * missing or stale is told as such, and a fresh one would be made stale.
 */

const COMMANDS = {
  "add gamma": ["add", "gamma"],
  "remove alpha": ["remove", "alpha"],
  update: ["update"],
  "update --base-images": ["update", "--base-images"],
} as const;
type Command = keyof typeof COMMANDS;

const modeOf = ({ asks }: Way): Mode => (asks === "nothing" ? "default" : asks);

const CELLS = (["add gamma", "remove alpha", "update", "update --base-images"] as const).flatMap((command) =>
  HOLDS.map(({ way, state }) => ({
    command,
    way,
    state,
    mode: modeOf(way),
    title: `vox ${command}, ${way.name}, lock ${state}`,
  })),
);

type Cell = (typeof CELLS)[number];

function expectedOutcome({ command, way, state, mode }: Cell): Outcome {
  if (mode !== "default") return { exitCode: 1, code: state === "missing" ? "LOCK_MISSING" : "LOCK_STALE" };
  if (!way.offline) return { exitCode: 0 };
  const isUnknown = state === "missing" || command === "update --base-images";
  // What a base image's tag names is never in the cache; what packages there are is, unless it is cold. Nothing is left to ask when all are removed.
  const isCold = state === "fresh, cold cache" && command !== "remove alpha";
  return isUnknown || isCold ? { exitCode: 69, code: "OFFLINE_UNPROVABLE" } : { exitCode: 0 };
}

describe("the table of modes, for commands that change what the lock must say", () => {
  let here: ModeWorld;
  /** Manifest and lock after each command, from a fresh and from a stale start. */
  let results: Readonly<Record<Command, Readonly<Record<"fresh" | "stale", readonly [manifest: string, lock: string]>>>>;

  beforeAll(async () => {
    here = await createModeWorld();
    const { manifest, staleManifest, lock, lockOfStale } = here;
    const without = async (text: string): Promise<readonly [string, string]> => {
      const left = text.replace('alpha = "^1"\n', "");
      return [left, await here.lockFor(left)];
    };
    const same = { fresh: [manifest, lock], stale: [staleManifest, lockOfStale] } as const;
    results = {
      "add gamma": { fresh: same.stale, stale: same.stale },
      "remove alpha": { fresh: await without(manifest), stale: await without(staleManifest) },
      update: same,
      "update --base-images": same,
    };
  }, 60_000);

  afterAll(() => here[Symbol.asyncDispose]());

  beforeEach(() => void here.lay("missing"));

  it.each(CELLS)("$title", async (cell) => {
    const { command, way, state, mode } = cell;
    const { world, registry } = here;
    const cache = here.lay(state);
    const before = snapshot(world.app);
    registry.requests.length = 0;
    const args = [...COMMANDS[command], ...(way.flags ?? []), "--json"];
    const run = await world.vox(args, { env: { ...way.env, VOX_CACHE_DIR: cache } });
    const expected = expectedOutcome(cell);
    expect(outcomeOf(run), run.stderr).toEqual(expected);
    const now = [world.read("Vox.toml"), expected.exitCode === 0 ? world.read("vox.lock") : ""];
    if (expected.exitCode !== 0) expect(snapshot(world.app)).toEqual(before);
    else expect(now).toEqual(results[command][state === "stale" ? "stale" : "fresh"]);

    const requests = registry.requests.map(({ method, path }) => `${method} ${path}`);
    if (way.offline || mode !== "default") expect(requests).toEqual([]);
    expect(registry.requests.filter(isImagePush)).toEqual([]);
    if (command === "update --base-images" && expected.exitCode === 0)
      expect(registry.requests.filter(isBaseByTag)).not.toEqual([]);
    // A base image that is locked is asked for again by `update --base-images` alone.
    else if (state !== "missing") expect(registry.requests.filter(isBaseByTag)).toEqual([]);
  });
});
