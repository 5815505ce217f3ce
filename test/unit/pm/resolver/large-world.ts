import { parsePackageName } from "../../../../src/core/package-name.ts";
import { normaliseRange, type Requirement } from "../../../../src/pm/manifest/requirement.ts";
import type { LocalPackage } from "../../../../src/pm/resolver/request.ts";
import { Random } from "./random.ts";
import { tableOf, type ListedRelease, type World } from "./world.ts";

const ask = (name: string, range: string): Requirement => ({
  name: parsePackageName(name),
  scope: "normal",
  source: { kind: "registry", registry: "default", range: normaliseRange(range) },
  features: [],
  defaultFeatures: true,
  optional: false,
});

/** `count` packages of ten versions, each asking for five others that come later. */
export function largeWorld(count: number, seed: number): World {
  const random = new Random(seed);
  const releases: ListedRelease[] = [];
  for (let index = 0; index < count; index += 1) {
    for (let minor = 0; minor < 10; minor += 1) {
      const targets = new Set(
        Array.from({ length: 5 }, () => index + 1 + random.below(Math.max(1, Math.min(60, count - index - 1)))),
      );
      const requirements = [...targets]
        .filter((target) => target < count)
        .map((target) => ask(`p${target}`, random.pick(["^1", "^1.2", ">=1.1", "^1.4"])));
      releases.push({
        registry: "default",
        yanked: false,
        release: { name: parsePackageName(`p${index}`), version: `1.${minor}.0`, kind: "library", requirements, features: {} },
      });
    }
  }
  const member: LocalPackage = {
    name: parsePackageName("app"),
    version: "1.0.0",
    kind: "application",
    source: { kind: "path", path: "." },
    isMember: true,
    requirements: Array.from({ length: 20 }, (_, index) => ask(`p${index}`, "^1")),
    features: {},
  };
  return { request: { locals: [member] }, releases, table: tableOf(releases) };
}
