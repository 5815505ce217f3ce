import { describe, expect, it } from "vitest";
import { faultOf, MIDDLE, SMALL, SMALL_WITH_FEATURES } from "../unit/pm/resolver/oracle-check.ts";

/** Worlds for each oracle; `VOX_ORACLE_WORLDS` asks for more. */
const WORLDS = Number(process.env["VOX_ORACLE_WORLDS"] ?? 5000);

const faults = (size: typeof SMALL, oracle: "brute-force" | "sat"): string[] =>
  Array.from({ length: WORLDS }, (_, index) => faultOf(100_000 + index, size, oracle) ?? []).flat();

describe("the resolver against its oracles, at length", { timeout: 3_600_000 }, () => {
  it.each([
    ["plain worlds, every choice tried", SMALL, "brute-force"],
    ["worlds with features, every choice tried", SMALL_WITH_FEATURES, "brute-force"],
    ["larger worlds, by SAT", MIDDLE, "sat"],
  ] as const)("agrees on %s", (_, size, oracle) => {
    expect(faults(size, oracle)).toEqual([]);
  });
});
