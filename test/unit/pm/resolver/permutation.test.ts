import { describe, expect, it } from "vitest";
import type { Release } from "../../../../src/pm/resolver/request.ts";
import { resolveSync } from "../../../../src/pm/resolver/resolve-with.ts";
import { generatedWorld } from "./generated-world.ts";
import { MIDDLE, SMALL_WITH_FEATURES } from "./oracle-check.ts";
import { Random } from "./random.ts";
import { FAILED } from "./scenarios-failed.ts";
import { SOLVED } from "./scenarios-solved.ts";
import { tableOf, world, type World } from "./world.ts";

/** The same world told in another order: manifests, index, requirements, features, lock. */
function permuted(original: World, seed: number): World {
  const random = new Random(seed);
  const shuffledRelease = <T extends Release>(release: T): T => ({
    ...release,
    requirements: random.shuffled(release.requirements),
    features: Object.fromEntries(
      random.shuffled(Object.entries(release.features)).map(([name, items]) => [name, random.shuffled(items)]),
    ),
  });
  const { request } = original;
  const releases = random.shuffled(original.releases).map((item) => ({ ...item, release: shuffledRelease(item.release) }));
  return {
    releases,
    table: tableOf(releases),
    request: {
      ...request,
      locals: random.shuffled(request.locals).map(shuffledRelease),
      ...(request.patches ? { patches: random.shuffled(request.patches) } : {}),
      ...(request.preferred ? { preferred: new Map(random.shuffled([...request.preferred])) } : {}),
    },
  };
}

/** Everything in the outcome, the argument of a failure included. */
const answer = ({ request, table }: World): string => JSON.stringify(resolveSync(request, table));

describe("the order of manifest and index", () => {
  it.each([...SOLVED, ...FAILED])("does not matter: %s", (_, text) => {
    for (const seed of [1, 2, 3]) expect(answer(permuted(world(text), seed))).toBe(answer(world(text)));
  });

  it("does not matter in generated worlds", () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const original = generatedWorld(seed, seed % 2 === 0 ? MIDDLE : SMALL_WITH_FEATURES);
      expect(answer(permuted(original, seed)), `seed ${seed}`).toBe(answer(original));
    }
  });
});
