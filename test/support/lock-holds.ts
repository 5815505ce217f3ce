/*
 * The ways of holding the lock (contracts, §3): flag, variable, lane, and where several meet. What each asks is told here from the table's own
 * words, not from the program.
 */

export type Mode = "default" | "locked" | "frozen";

export interface Way {
  readonly name: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The strictest that flags and variables ask. */
  readonly asks: "nothing" | "locked" | "frozen";
  readonly offline?: true;
  /** CI and lanes hold `sync` as locked, images as frozen, and what writes the lock as nothing. */
  readonly strictLane?: true;
}

const ONE: readonly Way[] = [
  { name: "no mode", asks: "nothing" },
  { name: "--locked", flags: ["--locked"], asks: "locked" },
  { name: "VOX_LOCKED", env: { VOX_LOCKED: "1" }, asks: "locked" },
  { name: "--frozen", flags: ["--frozen"], asks: "frozen" },
  { name: "VOX_FROZEN", env: { VOX_FROZEN: "true" }, asks: "frozen" },
  { name: "--offline", flags: ["--offline"], asks: "nothing", offline: true },
  { name: "VOX_OFFLINE", env: { VOX_OFFLINE: "1" }, asks: "nothing", offline: true },
  { name: "CI", env: { CI: "true" }, asks: "nothing", strictLane: true },
  { name: "the ci lane", env: { VOX_LANE: "ci" }, asks: "nothing", strictLane: true },
  { name: "the release lane", env: { VOX_LANE: "release" }, asks: "nothing", strictLane: true },
];

/** Where several meet, the strictest wins. */
const SEVERAL: readonly Way[] = [
  { name: "--locked --offline", flags: ["--locked", "--offline"], asks: "locked", offline: true },
  { name: "VOX_LOCKED and --offline", flags: ["--offline"], env: { VOX_LOCKED: "1" }, asks: "locked", offline: true },
  { name: "--frozen and VOX_OFFLINE", flags: ["--frozen"], env: { VOX_OFFLINE: "1" }, asks: "frozen", offline: true },
  { name: "VOX_FROZEN and --offline", flags: ["--offline"], env: { VOX_FROZEN: "1" }, asks: "frozen", offline: true },
  { name: "--locked and VOX_FROZEN", flags: ["--locked"], env: { VOX_FROZEN: "1" }, asks: "frozen" },
  { name: "--frozen and VOX_LOCKED", flags: ["--frozen"], env: { VOX_LOCKED: "1" }, asks: "frozen" },
  { name: "--locked and VOX_LOCKED=false", flags: ["--locked"], env: { VOX_LOCKED: "false" }, asks: "locked" },
  { name: "--locked under CI", flags: ["--locked"], env: { CI: "true" }, asks: "locked", strictLane: true },
  { name: "--frozen under CI", flags: ["--frozen"], env: { CI: "true" }, asks: "frozen", strictLane: true },
  { name: "VOX_LOCKED in the release lane", env: { VOX_LOCKED: "1", VOX_LANE: "release" }, asks: "locked", strictLane: true },
  { name: "--offline under CI", flags: ["--offline"], env: { CI: "true" }, asks: "nothing", offline: true, strictLane: true },
  {
    name: "VOX_OFFLINE in the release lane",
    env: { VOX_OFFLINE: "1", VOX_LANE: "release" },
    asks: "nothing",
    offline: true,
    strictLane: true,
  },
];

export const STATES = ["missing", "stale", "fresh", "fresh, cold cache"] as const;
export type State = (typeof STATES)[number];

/** Every way in every state of lock and cache; where several ways meet, the state in which they part. */
export const HOLDS: readonly { readonly way: Way; readonly state: State }[] = [
  ...ONE.flatMap((way) => STATES.map((state) => ({ way, state }))),
  ...SEVERAL.map((way) => ({ way, state: "fresh" as const })),
];
