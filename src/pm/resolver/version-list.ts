import semver, { type Comparator, type Range, type SemVer } from "semver";
import { semverRangeText } from "../manifest/requirement.ts";
import type { YoungRelease } from "./release-age.ts";
import { EMPTY_SET, difference, intervalSet, setOf, union, type VersionSet } from "./version-set.ts";

/** One version as a registry lists it. */
export interface ListedVersion {
  readonly version: string;
  readonly yanked: boolean;
  /** Why its age forbids it now. */
  readonly young?: YoungRelease;
}

export interface VersionListOptions {
  /** Versions that neither a yank nor their age hides, because they are locked or the project asks for them exactly. */
  readonly permitted: ReadonlySet<string>;
  /** Whether young versions may be chosen like others: what an explanation tries. */
  readonly anyAge?: boolean;
}

/** Parses each range once for all packages of one resolution. */
export class RangeCache {
  readonly #ranges = new Map<string, Range>();

  parse(range: string): Range {
    const known = this.#ranges.get(range);
    if (known) return known;
    const parsed = new semver.Range(semverRangeText(range));
    this.#ranges.set(range, parsed);
    return parsed;
  }
}

const EXACT_RANGE = /^=(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/;

/** The version that a range such as `=1.2.3` asks for exactly. */
export const exactVersionOf = (range: string): string | undefined => EXACT_RANGE.exec(range)?.[1];

/** All versions of one package, ascending; a version's position in it is what version sets hold. Texts that are not semver are left out. */
export class VersionList {
  readonly versions: readonly SemVer[];
  /** Yanked and young versions that only an exact range may choose. */
  readonly withheld: VersionSet;
  /** Versions that are passed over for their age alone, by position. */
  readonly young: ReadonlyMap<number, YoungRelease>;
  readonly #prereleases: readonly number[];
  readonly #positions: ReadonlyMap<string, number>;
  readonly #cache: RangeCache;
  readonly #sets = new Map<string, VersionSet>();

  constructor(listed: readonly ListedVersion[], { permitted, anyAge }: VersionListOptions, cache: RangeCache) {
    const sorted = listed.flatMap(parseListed).sort((left, right) => semver.compareBuild(left.parsed, right.parsed));
    this.versions = sorted.map((item) => item.parsed);
    const hidden = sorted.flatMap((item, index) => (permitted.has(item.parsed.raw) ? [] : [{ ...item, index }]));
    const young = hidden.flatMap(({ yanked, young, index }) => (young && !yanked ? [[index, young] as const] : []));
    this.young = new Map(young);
    this.withheld = setOf(hidden.flatMap(({ yanked, index }) => (yanked || (!anyAge && this.young.has(index)) ? [index] : [])));
    this.#prereleases = this.versions.flatMap((version, index) => (version.prerelease.length > 0 ? [index] : []));
    this.#positions = new Map(this.versions.map((version, index) => [version.raw, index]));
    this.#cache = cache;
  }

  get all(): VersionSet {
    return intervalSet(0, this.versions.length);
  }

  positionOf(version: string): number | undefined {
    return this.#positions.get(version);
  }

  textAt(position: number): string {
    return this.versions[position]?.raw ?? "?";
  }

  /** Of `withheld`, those that are yanked. */
  get yanked(): VersionSet {
    return difference(this.withheld, setOf([...this.young.keys()]));
  }

  /** The versions that a requirement may choose: those in its range, withheld ones only when it names them exactly. */
  match(range: string): VersionSet {
    const known = this.#sets.get(range);
    if (known) return known;
    const matching = this.matchWithheldToo(range);
    const set = exactVersionOf(range) === undefined ? difference(matching, this.withheld) : matching;
    this.#sets.set(range, set);
    return set;
  }

  /** The versions in a range. A pre-release is in it only if the range names a pre-release of the same three numbers, as for cargo. */
  matchWithheldToo(range: string): VersionSet {
    return this.#cache
      .parse(range)
      .set.reduce<VersionSet>((set, alternative) => union(set, this.#matchAll(alternative)), EMPTY_SET);
  }

  #matchAll(comparators: readonly Comparator[]): VersionSet {
    let from = 0;
    let to = this.versions.length;
    for (const comparator of comparators) {
      if (comparator.value === "") continue;
      const { operator, semver: bound } = comparator;
      if (operator !== "<" && operator !== "<=") from = Math.max(from, this.#count(bound, operator === ">"));
      if (operator !== ">" && operator !== ">=") to = Math.min(to, this.#count(bound, operator !== "<"));
    }
    const hidden = this.#prereleases.filter((index) => index >= from && index < to && !this.#isNamed(index, comparators));
    return difference(intervalSet(from, to), setOf(hidden));
  }

  /** How many versions are below the bound, or below or equal to it. */
  #count(bound: SemVer, withEqual: boolean): number {
    let low = 0;
    let high = this.versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.versions[middle]?.compare(bound) ?? 1;
      if (order < 0 || (withEqual && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isNamed(index: number, comparators: readonly Comparator[]): boolean {
    const version = this.versions[index];
    return comparators.some(
      (comparator) =>
        comparator.value !== "" && comparator.semver.prerelease.length > 0 && version?.compareMain(comparator.semver) === 0,
    );
  }
}

function parseListed({
  version,
  yanked,
  young,
}: ListedVersion): (Omit<ListedVersion, "version"> & { readonly parsed: SemVer })[] {
  const parsed = semver.parse(version);
  return parsed === null ? [] : [{ parsed, yanked, ...(young && { young }) }];
}
