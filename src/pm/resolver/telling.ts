import type { Requirement } from "../manifest/requirement.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { FactBook } from "./fact-book.ts";
import { isFeature, memberFeatureWishes, SKILL_FLAG, type Flag, type ReleaseFact } from "./features.ts";
import { incompatibility, type Asker, type Cause, type Incompatibility } from "./incompatibility.ts";
import type { Asking, Knowledge } from "./knowledge.ts";
import { FLAG_SET, type BasePackage, type PackageTable } from "./package-table.ts";
import type { LocalPackage, Release } from "./request.ts";
import { sortedRequirements } from "./sources.ts";
import { rangeOf, type AskerRegistry, type Targets } from "./targets.ts";
import { isImpossible, negativeTerm, positiveTerm, type Term } from "./term.ts";
import { difference, positionsOf, setOf } from "./version-set.ts";

/** From the third version of a package on, so many of its next versions are read at once: it is being searched through. */
const SEARCH_WINDOW = 16;
const VERSIONS_BEFORE_SEARCH = 2;
/** How many versions of a package are read for the sake of an explanation. */
const EXPLANATION_WINDOW = 200;

/** Turns what the project and the releases say into the solver's incompatibilities. */
export class Telling {
  readonly book = new FactBook();
  readonly #table: PackageTable;
  readonly #targets: Targets;
  readonly #knowledge: Knowledge;
  readonly #explained: ReadonlySet<string>;
  readonly #newFlags: (readonly [BasePackage, Flag])[] = [];

  /** `explained`: names whose versions are all read, so that what they have in common is told as one. */
  constructor(table: PackageTable, targets: Targets, knowledge: Knowledge, explained: ReadonlySet<string>) {
    this.#table = table;
    this.#targets = targets;
    this.#knowledge = knowledge;
    this.#explained = explained;
  }

  /** All that workspace members ask: it holds whatever is chosen. */
  *project(members: readonly LocalPackage[]): Asking<readonly Incompatibility[]> {
    const told: Incompatibility[] = [];
    for (const member of members) for (const requirement of member.requirements) this.#targets.expect(requirement, undefined);
    for (const member of members) {
      const by: Asker = { kind: "member", name: member.name };
      for (const requirement of sortedRequirements(member.requirements))
        told.push(...(yield* this.#requires([], by, requirement, undefined)));
      for (const [requirement, feature] of memberFeatureWishes(member)) {
        told.push(...(yield* this.#asksFeature([], by, requirement, feature, undefined)));
      }
    }
    told.push(...(yield* this.#flagsToTell()));
    return told;
  }

  /** All that a version brings which the solver does not know yet. */
  *version(base: BasePackage, position: number): Asking<readonly Incompatibility[]> {
    yield* this.#read(base, [position]);
    yield* this.#readNeighbours(base, position);
    this.book.tell(base, position);
    const facts = [undefined, ...this.#table.flagsOf(base)].flatMap((flag) => this.book.facts(base, position, flag));
    const told = yield* this.#facts(base, position, facts);
    return [...told, ...(yield* this.#flagsToTell())];
  }

  *#facts(base: BasePackage, position: number, facts: readonly ReleaseFact[]): Asking<Incompatibility[]> {
    const told: Incompatibility[] = [];
    const registry = registryOf(base);
    for (const fact of facts) if ("requirement" in fact.says) this.#targets.expect(fact.says.requirement, registry);
    for (const fact of facts) {
      const set = this.book.untold(base, position, fact);
      if (set === undefined) continue;
      const when = [positiveTerm(base.id, set), ...fact.when.map((flag) => positiveTerm(this.#flag(base, flag), FLAG_SET))];
      const by: Asker = { kind: "package", package: base.id, set, flags: fact.when };
      told.push(...(yield* this.#consequence(when, by, fact, base)));
    }
    return told;
  }

  *#consequence(when: readonly Term[], by: Asker, fact: ReleaseFact, base: BasePackage): Asking<readonly Incompatibility[]> {
    const { says } = fact;
    switch (says.kind) {
      case "requires":
        return yield* this.#requires(when, by, says.requirement, registryOf(base));
      case "asks-feature":
        return yield* this.#asksFeature(when, by, says.requirement, says.feature, registryOf(base));
      case "implies": {
        const implied = negativeTerm(this.#flag(base, says.flag), FLAG_SET);
        return possible([...when, implied], { kind: "implies", by, feature: says.flag });
      }
      case "lacks-feature":
      case "undependable":
      case "not-a-skill":
        return possible(when, { by, ...says });
    }
  }

  *#requires(
    when: readonly Term[],
    by: Asker,
    requirement: Requirement,
    registry: AskerRegistry,
  ): Asking<readonly Incompatibility[]> {
    const target = yield* this.#targets.find(requirement, registry);
    const born = this.#targets.takeBorn();
    const set = this.#targets.admitted(requirement, target);
    const range = rangeOf(requirement);
    const cause: Cause = { kind: "requires", by, requirement, target: target.id, ...(range === undefined ? {} : { range }) };
    if (set.length === 0) return [...born, ...possible(when, cause)];
    this.#expectPick(target, set);
    const asked = [...(requirement.defaultFeatures ? ["default"] : []), ...requirement.features.toSorted()];
    return [
      ...born,
      ...possible([...when, negativeTerm(target.id, set)], cause),
      ...asked.flatMap((feature) => this.#asks(when, by, requirement, target, feature)),
      ...(requirement.scope === "skill" ? this.#asks(when, by, requirement, target, SKILL_FLAG) : []),
    ];
  }

  *#asksFeature(
    when: readonly Term[],
    by: Asker,
    requirement: Requirement,
    feature: string,
    registry: AskerRegistry,
  ): Asking<readonly Incompatibility[]> {
    const target = yield* this.#targets.find(requirement, registry);
    return [...this.#targets.takeBorn(), ...this.#asks(when, by, requirement, target, feature)];
  }

  #asks(
    when: readonly Term[],
    by: Asker,
    requirement: Requirement,
    target: BasePackage,
    flag: Flag,
  ): readonly Incompatibility[] {
    const terms = [...when, negativeTerm(this.#flag(target, flag), FLAG_SET)];
    const cause = isFeature(flag) ? ({ kind: "asks-feature", feature: flag } as const) : ({ kind: "asks-skill" } as const);
    return possible(terms, { ...cause, by, requirement, target: target.id });
  }

  /** What versions told earlier say of flags that were first spoken of since. */
  *#flagsToTell(): Asking<Incompatibility[]> {
    const told: Incompatibility[] = [];
    for (let next = this.#newFlags.shift(); next; next = this.#newFlags.shift()) {
      const [base, flag] = next;
      for (const position of this.book.told(base)) {
        told.push(...(yield* this.#facts(base, position, this.book.facts(base, position, flag))));
      }
    }
    return told;
  }

  #flag(base: BasePackage, flag: Flag): number {
    const known = this.#table.findFlag(base, flag);
    if (known) return known.id;
    this.book.learnFlag(base, flag);
    this.#newFlags.push([base, flag]);
    return this.#table.addFlag(base, flag).id;
  }

  #expectPick(target: BasePackage, set: readonly number[]): void {
    const position = this.#targets.pick(target, set);
    if (position !== undefined) this.#expectRelease(target, position);
  }

  #expectRelease(base: BasePackage, position: number): void {
    if (base.origin.kind !== "registry" || this.book.release(base, position)) return;
    this.#knowledge.expect({
      kind: "release",
      registry: base.origin.registry,
      name: base.name,
      version: base.versions.textAt(position),
    });
  }

  *#readNeighbours(base: BasePackage, position: number): Asking<void> {
    const isSearched = this.book.countTold(base) >= VERSIONS_BEFORE_SEARCH;
    const count = this.#explained.has(base.name) ? EXPLANATION_WINDOW : isSearched ? SEARCH_WINDOW : 0;
    if (count === 0) return;
    const others = difference(this.#table.eligible(base), [position, position + 1]);
    yield* this.#read(base, nearest(others, position, count));
  }

  *#read(base: BasePackage, positions: readonly number[]): Asking<void> {
    const unread = positions.filter((position) => this.book.release(base, position) === undefined);
    for (const position of unread) this.#expectRelease(base, position);
    for (const position of unread) {
      this.book.learn(base, position, yield* this.#release(base, position), this.#table.flagsOf(base));
    }
  }

  *#release(base: BasePackage, position: number): Asking<Release> {
    if (base.origin.kind === "local") return base.origin.local;
    if (base.origin.kind === "missing") throw new VoxError("INTERNAL", `\`${base.name}\` has no versions to read`);
    return yield* this.#knowledge.release(base.origin.registry, base.name, base.versions.textAt(position));
  }
}

export const registryOf = (base: BasePackage): AskerRegistry =>
  base.origin.kind === "registry" ? base.origin.registry : undefined;

/** An incompatibility that could come true; one with a term that nothing satisfies says nothing. */
function possible(terms: readonly Term[], cause: Cause): readonly Incompatibility[] {
  const made = incompatibility(terms, cause);
  return made.terms.some(isImpossible) ? [] : [made];
}

/** The positions nearest to one, in ascending order. */
function nearest(set: readonly number[], position: number, count: number): readonly number[] {
  const byDistance = [...positionsOf(set)].sort(
    (left, right) => Math.abs(left - position) - Math.abs(right - position) || right - left,
  );
  return [...positionsOf(setOf(byDistance.slice(0, count)))];
}
