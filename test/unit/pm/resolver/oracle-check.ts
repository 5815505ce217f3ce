import { parsePackageName } from "../../../../src/core/package-name.ts";
import type { ResolveOutcome } from "../../../../src/pm/resolver/resolve.ts";
import { resolveSync } from "../../../../src/pm/resolver/resolve-with.ts";
import { generatedWorld, type WorldSize } from "./generated-world.ts";
import { bruteForce, walk } from "./oracles.ts";
import { isSatisfiable } from "./sat.ts";
import { render, type World } from "./world.ts";

export const SMALL: WorldSize = { packages: 5, versions: 3, dependencies: 2, withFeatures: false };
export const SMALL_WITH_FEATURES: WorldSize = { packages: 4, versions: 3, dependencies: 2, withFeatures: true };
export const MIDDLE: WorldSize = { packages: 9, versions: 4, dependencies: 3, withFeatures: true };

/** What is wrong with the resolver's answer for a seed; `undefined` when nothing is. */
export function faultOf(seed: number, size: WorldSize, oracle: "brute-force" | "sat"): string | undefined {
  const world = generatedWorld(seed, size);
  const outcome = resolveSync(world.request, world.table);
  const expected = oracle === "sat" ? isSatisfiable(world) : bruteForce(world);
  if ((outcome.kind === "resolved") !== expected)
    return `seed ${seed}: ${oracle} says ${expected}, the resolver\n${render(outcome)}`;
  return outcome.kind === "resolved" ? faultOfSolution(seed, world, outcome) : undefined;
}

function faultOfSolution(
  seed: number,
  world: World,
  outcome: ResolveOutcome & { readonly kind: "resolved" },
): string | undefined {
  const chosen = new Map(outcome.resolution.packages.map((item) => [String(item.name), item.version]));
  const reached = walk(world, chosen);
  if (reached === undefined) return `seed ${seed}: the choice does not grant every wish\n${render(outcome)}`;
  if (reached.size !== chosen.size) return `seed ${seed}: more is locked than is reached\n${render(outcome)}`;
  const preferred = new Map([...chosen].map(([name, version]) => [parsePackageName(name), version]));
  const again = resolveSync({ ...world.request, preferred }, world.table);
  return render(again) === render(outcome)
    ? undefined
    : `seed ${seed}: resolved again from its own lock it differs\n${render(outcome)}\n${render(again)}`;
}
