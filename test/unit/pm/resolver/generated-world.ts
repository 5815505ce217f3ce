import { parsePackageName } from "../../../../src/core/package-name.ts";
import { normaliseRange, type FeatureTable, type Requirement } from "../../../../src/pm/manifest/requirement.ts";
import type { LocalPackage, Release } from "../../../../src/pm/resolver/request.ts";
import { Random } from "./random.ts";
import { tableOf, type ListedRelease, type World } from "./world.ts";

export interface WorldSize {
  readonly packages: number;
  readonly versions: number;
  readonly dependencies: number;
  /** Whether packages have features, optional dependencies and kinds. */
  readonly withFeatures: boolean;
}

const FEATURES = ["default", "fast", "tls"] as const;

/** A small world full of clashes: the same seed, the same world. */
export function generatedWorld(seed: number, size: WorldSize): World {
  const random = new Random(seed);
  const names = Array.from({ length: size.packages }, (_, index) => `p${index}`);
  const versions = new Map(names.map((name) => [name, versionsOf(random, size.versions)]));
  const asks = (from: string | undefined, count: number): Requirement[] => {
    const others = random.shuffled(names.filter((name) => name !== from || random.chance(0.05))).slice(0, count);
    return others.map((name) => requirement(random, name, versions.get(name) ?? [], size.withFeatures, from === undefined));
  };
  const releases: ListedRelease[] = names.flatMap((name) =>
    (versions.get(name) ?? []).map((version) => {
      const requirements = asks(name, random.below(size.dependencies + 1));
      const features = size.withFeatures ? featuresOf(random, requirements) : {};
      const kind = size.withFeatures && random.chance(0.1) ? "skill" : "library";
      const release: Release = { name: parsePackageName(name), version, kind, requirements, features };
      return { registry: "default", yanked: random.chance(0.05), release };
    }),
  );
  const members = Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, index) =>
    member(random, `app${index}`, asks(undefined, 1 + random.below(3))),
  );
  return { request: { locals: members }, releases, table: tableOf(releases) };
}

function member(random: Random, name: string, requirements: readonly Requirement[]): LocalPackage {
  const features = random.chance(0.3) ? featuresOf(random, requirements) : {};
  return {
    name: parsePackageName(name),
    version: "0.1.0",
    kind: "application",
    source: { kind: "path", path: name },
    isMember: true,
    requirements,
    features,
  };
}

function versionsOf(random: Random, most: number): readonly string[] {
  const all = ["1.0.0", "1.1.0", "1.2.0-beta.1", "2.0.0", "2.1.0", "3.0.0"];
  return random
    .shuffled(all)
    .slice(0, 1 + random.below(most))
    .sort();
}

function requirement(
  random: Random,
  name: string,
  versions: readonly string[],
  withFeatures: boolean,
  isOwn: boolean,
): Requirement {
  const some = versions[random.below(versions.length)] ?? "1.0.0";
  const range = random.pick([
    "*",
    "*",
    "*",
    ">=1",
    ">=1",
    `^${some}`,
    `^${some}`,
    `=${some}`,
    `>=${some}`,
    `<=${some}`,
    "^1",
    "^1||^3",
    ">=1.1,<3",
  ]);
  return {
    name: parsePackageName(name),
    scope: isOwn && random.chance(0.2) ? "dev" : withFeatures && random.chance(0.05) ? "skill" : "normal",
    source: { kind: "registry", registry: "default", range: normaliseRange(range) },
    features: withFeatures ? FEATURES.slice(1).filter(() => random.chance(0.12)) : [],
    defaultFeatures: random.chance(0.7),
    optional: withFeatures && random.chance(0.35),
  };
}

function featuresOf(random: Random, requirements: readonly Requirement[]): FeatureTable {
  const items = (): string[] => {
    const target = requirements[random.below(requirements.length)];
    const own = random.pick(["fast", "tls"]);
    if (target === undefined) return random.chance(0.3) ? [own] : [];
    const choices = [
      own,
      `${target.name}/fast`,
      `${target.name}?/tls`,
      ...(target.optional ? [`dep:${target.name}`, `dep:${target.name}`] : []),
    ] as const;
    return [random.pick(choices as readonly [string, ...string[]])];
  };
  return Object.fromEntries(
    FEATURES.filter(() => random.chance(0.85)).map((feature) => [feature, [...new Set([...items(), ...items()])].sort()]),
  );
}
