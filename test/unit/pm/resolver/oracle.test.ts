import { describe, expect, it } from "vitest";
import { generatedWorld } from "./generated-world.ts";
import { faultOf, MIDDLE, SMALL, SMALL_WITH_FEATURES } from "./oracle-check.ts";
import { bruteForce } from "./oracles.ts";
import { isSatisfiable } from "./sat.ts";

const seeds = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

describe("against oracles, on generated worlds", () => {
  it("finds a solution exactly when trying every choice does", () => {
    expect(seeds(1, 300).flatMap((seed) => faultOf(seed, SMALL, "brute-force") ?? [])).toEqual([]);
  });

  it("does so with features, optional dependencies, skills and yanked versions", () => {
    expect(seeds(1, 300).flatMap((seed) => faultOf(seed, SMALL_WITH_FEATURES, "brute-force") ?? [])).toEqual([]);
  });

  it("finds a solution exactly when the SAT encoding has one, in larger worlds", () => {
    expect(seeds(1, 200).flatMap((seed) => faultOf(seed, MIDDLE, "sat") ?? [])).toEqual([]);
  });

  it("has oracles that agree with each other, and worlds of both kinds", () => {
    const verdicts = seeds(1000, 200).map((seed) => {
      const world = generatedWorld(seed, SMALL_WITH_FEATURES);
      return [bruteForce(world), isSatisfiable(world)] as const;
    });
    expect(verdicts.filter(([byTrying, bySat]) => byTrying !== bySat)).toEqual([]);
    expect(verdicts.filter(([solvable]) => solvable).length).toBeGreaterThan(40);
    expect(verdicts.filter(([solvable]) => !solvable).length).toBeGreaterThan(40);
  });
});
