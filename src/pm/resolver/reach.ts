import { VoxError } from "../../errors/vox-error.ts";
import type { Requirement } from "../manifest/requirement.ts";
import type { FactBook } from "./fact-book.ts";
import { memberFeatureWishes, type Flag, type ReleaseFact } from "./features.ts";
import type { BasePackage } from "./package-table.ts";
import type { LocalPackage, Release } from "./request.ts";
import type { AskerRegistry, Targets } from "./targets.ts";
import { registryOf } from "./telling.ts";

/** One package that is reached, and by what it is shaped. */
export interface ReachedPackage {
  readonly base: BasePackage;
  readonly release: Release;
  readonly flags: Set<Flag>;
  readonly targets: Set<BasePackage>;
}

/** What the members reach, given the versions that were chosen. */
export interface Reach {
  readonly members: ReadonlyMap<LocalPackage, ReadonlySet<BasePackage>>;
  /** By the base's number. */
  readonly packages: ReadonlyMap<number, ReachedPackage>;
}

export interface ReachOptions {
  readonly members: readonly LocalPackage[];
  readonly decisions: ReadonlyMap<number, number>;
  readonly targets: Targets;
  readonly book: FactBook;
  readonly withDev: boolean;
}

/** Follows active requirements from the members, with the same facts that the solver was told. */
export function reachFrom(options: ReachOptions): Reach {
  return new Walk(options).run();
}

class Walk {
  readonly #options: ReachOptions;
  readonly #packages = new Map<number, ReachedPackage>();
  readonly #fired = new Map<number, Set<string>>();
  readonly #queue: ReachedPackage[] = [];

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  run(): Reach {
    const members = new Map(this.#options.members.map((member) => [member, this.#member(member)]));
    for (let next = this.#queue.pop(); next; next = this.#queue.pop()) this.#visit(next);
    return { members, packages: this.#packages };
  }

  #member(member: LocalPackage): ReadonlySet<BasePackage> {
    const targets = new Set<BasePackage>();
    const isWanted = (requirement: Requirement): boolean => this.#options.withDev || requirement.scope !== "dev";
    for (const requirement of member.requirements.filter(isWanted)) this.#require(targets, requirement, undefined);
    for (const [requirement, feature] of memberFeatureWishes(member)) {
      if (isWanted(requirement)) this.#switchOn(this.#enter(requirement, undefined), feature);
    }
    return targets;
  }

  #visit(reached: ReachedPackage): void {
    const position = this.#options.decisions.get(reached.base.id) ?? 0;
    const fired = this.#fired.get(reached.base.id) ?? new Set();
    this.#fired.set(reached.base.id, fired);
    for (const flag of [undefined, ...reached.flags]) {
      for (const fact of this.#options.book.facts(reached.base, position, flag)) {
        if (fired.has(fact.key) || !fact.when.every((wanted) => reached.flags.has(wanted))) continue;
        fired.add(fact.key);
        this.#apply(reached, fact);
      }
    }
  }

  #apply(reached: ReachedPackage, { says }: ReleaseFact): void {
    if (says.kind === "requires") this.#require(reached.targets, says.requirement, registryOf(reached.base));
    if (says.kind === "asks-feature") this.#switchOn(this.#enter(says.requirement, registryOf(reached.base)), says.feature);
    if (says.kind === "implies") this.#switchOn(reached, says.flag);
  }

  #require(targets: Set<BasePackage>, requirement: Requirement, registry: AskerRegistry): void {
    const reached = this.#enter(requirement, registry);
    targets.add(reached.base);
    for (const feature of [...(requirement.defaultFeatures ? ["default"] : []), ...requirement.features])
      this.#switchOn(reached, feature);
  }

  #switchOn(reached: ReachedPackage, flag: Flag): void {
    if (reached.flags.has(flag)) return;
    reached.flags.add(flag);
    this.#queue.push(reached);
  }

  #enter(requirement: Requirement, registry: AskerRegistry): ReachedPackage {
    const base = this.#options.targets.findLoaded(requirement, registry);
    const known = base && this.#packages.get(base.id);
    if (known) return known;
    const position = base && this.#options.decisions.get(base.id);
    const release = base && position !== undefined ? this.#options.book.release(base, position) : undefined;
    if (base === undefined || release === undefined)
      throw new VoxError("INTERNAL", `no version of \`${requirement.name}\` was chosen`);
    const reached: ReachedPackage = { base, release, flags: new Set(), targets: new Set() };
    this.#packages.set(base.id, reached);
    this.#queue.push(reached);
    return reached;
  }
}
