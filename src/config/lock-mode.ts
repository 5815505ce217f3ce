import { VoxError } from "../errors/vox-error.ts";
import type { Environment } from "./environment-variables.ts";
import { isContinuousIntegration, parseBooleanVariable } from "./parse-variable.ts";

/** Where a command runs; a stricter lane loosens nothing (contracts, §8). */
export type Lane = "local" | "ci" | "release";

/** How the lock is held; contracts, §3 "Modes". The same words as the handoff's `LockMode`. */
export type LockMode = "default" | "locked" | "frozen";

/** The commands that hold the lock; those that edit Vox.toml first hold it as `sync` does. */
export type LockingCommand = "lock" | "sync" | "edit" | "package" | "deploy";

export interface LockFlags {
  readonly locked?: boolean;
  readonly frozen?: boolean;
  readonly offline?: boolean;
  /** As given on the command line; a variable or CI decides when it is absent. */
  readonly lane?: Lane;
}

/** What a command may do with the lock and the network, and what made it so. */
export interface LockPolicy {
  readonly lane: Lane;
  readonly mode: LockMode;
  /** No network at all. */
  readonly offline: boolean;
  /** The lock must exist and be fresh, else `LOCK_MISSING` or `LOCK_STALE`. */
  readonly mustBeFresh: boolean;
  readonly mayWrite: boolean;
  readonly mayResolve: boolean;
  /** Whether registry metadata may be asked for; blobs by digest may be fetched unless `offline`. */
  readonly mayReadMetadata: boolean;
}

const STRICTNESS: readonly LockMode[] = ["default", "locked", "frozen"];

/**
 * The strictest of flag, variable and lane (contracts, §3). Enforces `lock-unchanged`, `lock-frozen`.
 * @throws {VoxError} USAGE for `lock --frozen`; CONFIG_INVALID for a variable that says nothing
 */
export function lockPolicyFor(command: LockingCommand, flags: LockFlags, env: Environment): LockPolicy {
  if (command === "lock" && flags.frozen === true) {
    throw new VoxError("USAGE", "`lock` does not take `--frozen`", { hint: "run `vox lock --locked`" });
  }
  const lane = laneFrom(flags.lane, env);
  const mode = strictest(modeOfFlags(flags), modeOfVariables(env), modeOfLane(command, lane, isContinuousIntegration(env)));
  const offline = flags.offline === true || parseBooleanVariable(env, "VOX_OFFLINE");
  const free = mode === "default";
  const mayReadMetadata = mode !== "frozen" && !offline;
  return { lane, mode, offline, mustBeFresh: !free, mayWrite: free, mayResolve: free, mayReadMetadata };
}

/**
 * The lane of a flag, else of `VOX_LANE`, else `ci` in a continuous-integration job.
 * @throws {VoxError} CONFIG_INVALID
 */
export function laneFrom(flag: Lane | undefined, env: Environment): Lane {
  if (flag !== undefined) return flag;
  const word = env["VOX_LANE"] ?? "";
  if (word === "") return isContinuousIntegration(env) ? "ci" : "local";
  if (isLane(word)) return word;
  throw new VoxError("CONFIG_INVALID", `\`VOX_LANE\` is \`${word}\`, which is not a lane`, {
    hint: "set VOX_LANE to `local`, `ci` or `release`",
  });
}

export const LANES: readonly Lane[] = ["local", "ci", "release"];

/** The strictest of some lanes; `local` when there is none. */
export const strictestOfLanes = (lanes: readonly (Lane | undefined)[]): Lane =>
  LANES.findLast((lane) => lanes.includes(lane)) ?? "local";

export const isLane = (word: string): word is Lane => LANES.some((lane) => lane === word);

const modeOfFlags = (flags: LockFlags): LockMode => modeOf(flags.locked === true, flags.frozen === true);

const modeOfVariables = (env: Environment): LockMode =>
  modeOf(parseBooleanVariable(env, "VOX_LOCKED"), parseBooleanVariable(env, "VOX_FROZEN"));

const modeOf = (locked: boolean, frozen: boolean): LockMode => (frozen ? "frozen" : locked ? "locked" : "default");

/** Images are never made from a lock that is not fresh; a job may not change what was committed. */
function modeOfLane(command: LockingCommand, lane: Lane, inCi: boolean): LockMode {
  const strict = inCi || lane !== "local";
  switch (command) {
    case "package":
    case "deploy":
      return strict ? "frozen" : "locked";
    case "sync":
      return strict ? "locked" : "default";
    case "lock":
    case "edit":
      return "default";
  }
}

const strictest = (...modes: readonly LockMode[]): LockMode =>
  modes.reduce((left, right) => (STRICTNESS.indexOf(right) > STRICTNESS.indexOf(left) ? right : left), "default");
