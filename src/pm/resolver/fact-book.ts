import { flagFacts, plainFacts, type Flag, type ReleaseFact } from "./features.ts";
import type { BasePackage } from "./package-table.ts";
import type { Release } from "./request.ts";
import { contains, EMPTY_SET, singletonSet, union, type VersionSet } from "./version-set.ts";

/** What is known of one package's releases, and which of it the solver was told. */
interface Entry {
  readonly releases: Map<number, Release>;
  /** Versions that the solver wanted to decide: what they say must be told. */
  readonly told: Set<number>;
  readonly facts: Map<string, readonly ReleaseFact[]>;
  /** The versions that say a fact, as far as known; the more, the fewer conflicts and the shorter the explanation. */
  readonly holders: Map<string, VersionSet>;
  readonly covered: Map<string, VersionSet>;
}

/** Remembers the facts of releases, so that what several versions say alike is told once. */
export class FactBook {
  readonly #entries = new Map<number, Entry>();

  release(base: BasePackage, position: number): Release | undefined {
    return this.#entry(base).releases.get(position);
  }

  /** How many versions of a package the solver has wanted to decide. */
  countTold(base: BasePackage): number {
    return this.#entry(base).told.size;
  }

  told(base: BasePackage): Iterable<number> {
    return this.#entry(base).told;
  }

  tell(base: BasePackage, position: number): void {
    this.#entry(base).told.add(position);
  }

  /** Learns what a release says: plainly, and of the flags given. */
  learn(base: BasePackage, position: number, release: Release, flags: Iterable<Flag>): void {
    const entry = this.#entry(base);
    if (entry.releases.has(position)) return;
    entry.releases.set(position, release);
    for (const flag of [undefined, ...flags]) this.#hold(base, position, flag);
  }

  /** Learns what all known releases say of a flag that nobody spoke of before. */
  learnFlag(base: BasePackage, flag: Flag): void {
    for (const position of this.#entry(base).releases.keys()) this.#hold(base, position, flag);
  }

  /** What a known release says of a flag, or plainly. */
  facts(base: BasePackage, position: number, flag?: Flag): readonly ReleaseFact[] {
    const entry = this.#entry(base);
    const key = `${position} ${flag ?? ""}`;
    const known = entry.facts.get(key);
    if (known) return known;
    const release = entry.releases.get(position);
    const facts = release === undefined ? [] : flag === undefined ? plainFacts(release) : flagFacts(release, flag);
    entry.facts.set(key, facts);
    return facts;
  }

  /** The versions to tell a fact for, or `undefined` when the solver knows it of this version already. */
  untold(base: BasePackage, position: number, fact: ReleaseFact): VersionSet | undefined {
    const entry = this.#entry(base);
    if (contains(entry.covered.get(fact.key) ?? EMPTY_SET, position)) return undefined;
    const holders = entry.holders.get(fact.key) ?? singletonSet(position);
    entry.covered.set(fact.key, holders);
    return holders;
  }

  #hold(base: BasePackage, position: number, flag: Flag | undefined): void {
    const { holders } = this.#entry(base);
    for (const fact of this.facts(base, position, flag)) {
      holders.set(fact.key, union(holders.get(fact.key) ?? EMPTY_SET, singletonSet(position)));
    }
  }

  #entry(base: BasePackage): Entry {
    const known = this.#entries.get(base.id);
    if (known) return known;
    const entry: Entry = { releases: new Map(), told: new Set(), facts: new Map(), holders: new Map(), covered: new Map() };
    this.#entries.set(base.id, entry);
    return entry;
  }
}
