import { Random } from "../unit/pm/resolver/random.ts";

/** One version of a generated package: what it asks, as semver ranges by name. */
export interface GraphVersion {
  readonly version: string;
  readonly asks: Readonly<Record<string, string>>;
}

/** A registry's content without bytes: the same for every tool that is measured. */
export interface PackageGraph {
  readonly packages: ReadonlyMap<string, readonly GraphVersion[]>;
  /** What the application asks; every package is reached from it. */
  readonly roots: Readonly<Record<string, string>>;
}

const VERSIONS = 4;
const RANGES: readonly [string, ...string[]] = ["^1", "^1.1", ">=1.1", "^1.2"];

/** `count` packages of four versions, each asking for up to five that come later; the next one always, so that all are reached. */
export function layeredGraph(count: number, seed: number): PackageGraph {
  const random = new Random(seed);
  const packages = new Map<string, readonly GraphVersion[]>();
  for (let index = 0; index < count; index += 1) {
    const targets = new Set([index + 1, ...Array.from({ length: 4 }, () => index + 1 + random.below(Math.min(60, count)))]);
    const known = [...targets].filter((target) => target < count);
    const versions = Array.from({ length: VERSIONS }, (_, minor) => ({
      version: `1.${minor}.0`,
      asks: Object.fromEntries(known.map((target) => [nameOf(target), random.pick(RANGES)])),
    }));
    packages.set(nameOf(index), versions);
  }
  const roots = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [nameOf(index), "^1"]));
  return { packages, roots };
}

/**
 * A graph in which the newest choice is wrong again and again: the newest version of each package of a row wants a newer `base` than its
 * neighbour allows, so that a solver has to learn why instead of trying all combinations.
 */
export function hardGraph(rows: number): PackageGraph {
  const packages = new Map<string, readonly GraphVersion[]>();
  packages.set(
    "base",
    Array.from({ length: 30 }, (_, minor) => ({ version: `1.${minor}.0`, asks: {} })),
  );
  for (let row = 0; row < rows; row += 1) {
    const versions = Array.from({ length: 30 }, (_, minor) => ({
      version: `1.${minor}.0`,
      asks: { base: `=1.${(minor * 7 + row * 11) % 30}.0`, ...(row + 1 < rows && { [`row-${row + 1}`]: ">=1" }) },
    }));
    packages.set(`row-${row}`, versions);
  }
  return { packages, roots: { "row-0": "^1" } };
}

const nameOf = (index: number): string => `pkg-${String(index).padStart(4, "0")}`;
