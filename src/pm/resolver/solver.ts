import { VoxError } from "../../errors/vox-error.ts";
import { ConflictCounter } from "./conflict-counter.ts";
import { DecisionQueue } from "./decision-queue.ts";
import { incompatibility, type Incompatibility } from "./incompatibility.ts";
import { outside, PartialSolution, type Assignment } from "./partial-solution.ts";
import { negate, type Term } from "./term.ts";
import { EMPTY_SET, isSingleton, type VersionSet } from "./version-set.ts";

/** What the solver is told about its packages. */
export interface SolverPolicy {
  /** Whether a version must be picked for the package; a flag is only ever derived. */
  isChoosable(package_: number): boolean;
  /** The version to try first out of a set that is not empty. */
  pick(package_: number, set: VersionSet): number;
}

export type SolverStep =
  | { readonly kind: "choose"; readonly package: number; readonly position: number; readonly set: VersionSet }
  | { readonly kind: "solved"; readonly decisions: ReadonlyMap<number, number> }
  | { readonly kind: "failed"; readonly root: Incompatibility };

/**
 * PubGrub's search, and nothing of versions, features or registries: it is given incompatibilities, says which package it wants
 * to decide next, and is told the incompatibilities that this choice brings (docs/src/architecture/resolver.md).
 */
export class Solver {
  readonly #policy: SolverPolicy;
  readonly #solution = new PartialSolution();
  readonly #byPackage = new Map<number, Incompatibility[]>();
  readonly #conflicts = new ConflictCounter();
  readonly #queue = new DecisionQueue();
  /** Packages of which more is known than their incompatibilities were last held against. */
  readonly #changed = new Set<number>();
  /** Incompatibilities that have not been held against what is known. */
  #fresh: Incompatibility[] = [];
  /** With the level that each was first held against, ascending: going back below it makes it fresh again. */
  #added: { readonly incompat: Incompatibility; readonly level: number }[] = [];
  #failure: Incompatibility | undefined;

  constructor(policy: SolverPolicy) {
    this.#policy = policy;
  }

  add(incompat: Incompatibility): void {
    if (incompat.terms.length === 0) this.#failure ??= incompat;
    for (const term of incompat.terms) {
      const list = this.#byPackage.get(term.package);
      if (list) list.push(incompat);
      else this.#byPackage.set(term.package, [incompat]);
    }
    this.#fresh.push(incompat);
    this.#added.push({ incompat, level: this.#solution.level });
  }

  /** Draws every conclusion, then says what to decide. */
  advance(): SolverStep {
    while (this.#failure === undefined && (this.#fresh.length > 0 || this.#changed.size > 0)) this.#propagate();
    if (this.#failure) return { kind: "failed", root: this.#failure };
    const package_ = this.#nextPackage();
    if (package_ === undefined) return { kind: "solved", decisions: new Map(this.#solution.decisions) };
    const set = this.#solution.known(package_)?.set ?? EMPTY_SET;
    return { kind: "choose", package: package_, position: this.#policy.pick(package_, set), set };
  }

  /** Takes the version that `advance` wanted, unless what it brings already contradicts what is known. */
  decide(package_: number, position: number, brought: readonly Incompatibility[]): void {
    const clash = brought.find((incompat) => this.#clashes(incompat, package_));
    if (clash === undefined) {
      this.#solution.decide(package_, position);
      this.#changed.add(package_);
    }
    for (const incompat of brought) this.add(incompat);
    if (clash) this.#blame(package_, clash);
  }

  #clashes(incompat: Incompatibility, package_: number): boolean {
    return (
      incompat.terms.some((term) => term.package === package_) &&
      incompat.terms.every((term) => term.package === package_ || this.#solution.relation(term) === "satisfied")
    );
  }

  /** A refused version counts against the decisions that refuse it. */
  #blame(package_: number, clash: Incompatibility): void {
    const levels = clash.terms
      .filter((term) => term.package !== package_)
      .map((term) => this.#solution.satisfier(term)?.level ?? 0);
    for (const level of levels) {
      if (this.#swaps(package_, level)) return;
    }
  }

  /** Counts a conflict with the decision at `level`; the fifth time that decision is taken back, and `package_` goes first. */
  #swaps(package_: number, level: number): boolean {
    const culprit = this.#solution.decisionAt(level);
    if (culprit === undefined || culprit === package_ || !this.#conflicts.count(package_, culprit)) return false;
    this.#backtrack(level - 1);
    for (const waiting of this.#solution.undecided) {
      if (this.#policy.isChoosable(waiting)) this.#queue.add(waiting, this.#rank(waiting));
    }
    return true;
  }

  #propagate(): void {
    const fresh = this.#fresh.pop();
    if (fresh) {
      if (this.#propagateOne(fresh) === "conflict") this.#resolveConflict(fresh);
      return;
    }
    const package_ = first(this.#changed);
    if (package_ === undefined) return;
    this.#changed.delete(package_);
    const list = this.#byPackage.get(package_) ?? [];
    for (let index = list.length - 1; index >= 0; index -= 1) {
      const incompat = list[index];
      if (incompat === undefined || this.#propagateOne(incompat) === "quiet") continue;
      this.#resolveConflict(incompat);
      return;
    }
  }

  /** Derives what must hold when all terms but one do. */
  #propagateOne(incompat: Incompatibility): "conflict" | "quiet" {
    let open: Term | undefined;
    for (const term of incompat.terms) {
      const relation = this.#solution.relation(term);
      if (relation === "contradicted") return "quiet";
      if (relation === "satisfied") continue;
      if (open) return "quiet";
      open = term;
    }
    if (open === undefined) return "conflict";
    this.#solution.derive(negate(open), incompat);
    this.#changed.add(open.package);
    return "quiet";
  }

  /** Finds the root cause of a conflict, goes back to where it can be avoided, and draws the new conclusion there. */
  #resolveConflict(conflict: Incompatibility): void {
    let incompat = conflict;
    while (incompat.terms.length > 0) {
      const latest = this.#latestSatisfier(incompat);
      const { cause, level } = latest.assignment;
      if (cause === undefined || latest.previousLevel < level) {
        this.#learn(incompat, incompat !== conflict, latest);
        return;
      }
      incompat = resolvent(incompat, cause, latest);
    }
    this.#failure = incompat;
  }

  #learn(incompat: Incompatibility, isNew: boolean, latest: LatestSatisfier): void {
    const affected = this.#solution.decisionAt(latest.assignment.level);
    this.#backtrack(latest.previousLevel);
    if (isNew) this.add(incompat);
    else this.#fresh.push(incompat);
    if (affected !== undefined) this.#swaps(affected, latest.previousLevel);
  }

  #backtrack(level: number): void {
    this.#solution.backtrack(level);
    this.#changed.clear();
    const again: Incompatibility[] = [];
    for (let last = this.#added.at(-1); last && last.level > level; last = this.#added.at(-1)) {
      this.#added.pop();
      again.push(last.incompat);
    }
    again.reverse();
    for (const incompat of again) this.#added.push({ incompat, level });
    this.#fresh = again;
  }

  #latestSatisfier(incompat: Incompatibility): LatestSatisfier {
    let latest: { readonly term: Term; readonly assignment: Assignment } | undefined;
    let previousLevel = 0;
    for (const term of incompat.terms) {
      const assignment = this.#satisfier(term);
      const isLater = latest === undefined || assignment.index > latest.assignment.index;
      const earlier = isLater ? latest?.assignment : assignment;
      previousLevel = Math.max(previousLevel, earlier?.level ?? 0);
      if (isLater) latest = { term, assignment };
    }
    if (latest === undefined) throw new VoxError("INTERNAL", "a conflict has no terms");
    const rest = outside(latest.assignment.term, latest.term);
    if (rest) previousLevel = Math.max(previousLevel, this.#satisfier(rest).level);
    return { ...latest, previousLevel, rest };
  }

  #satisfier(term: Term): Assignment {
    const assignment = this.#solution.satisfier(term);
    if (assignment === undefined) throw new VoxError("INTERNAL", "a conflict has a term that does not hold");
    return assignment;
  }

  /** Singletons first, then in the order in which packages were met; those that changed places before and after the rest. */
  #nextPackage(): number | undefined {
    for (const package_ of this.#solution.takeTouched()) {
      if (this.#policy.isChoosable(package_)) this.#queue.add(package_, this.#rank(package_));
    }
    return this.#queue.first((package_, rank) => this.#solution.undecided.has(package_) && this.#rank(package_) === rank);
  }

  #rank(package_: number): number {
    return this.#conflicts.rank(package_, isSingleton(this.#solution.known(package_)?.set ?? EMPTY_SET));
  }
}

interface LatestSatisfier {
  readonly term: Term;
  readonly assignment: Assignment;
  /** The level that all the other terms, and the rest of this one, go back to. */
  readonly previousLevel: number;
  /** What the assignment left open of its own term, and something earlier made true. */
  readonly rest: Term | undefined;
}

/** The rule of resolution: what follows from two incompatibilities that meet in one package. */
function resolvent(incompat: Incompatibility, cause: Incompatibility, latest: LatestSatisfier): Incompatibility {
  const terms = [
    ...incompat.terms.filter((term) => term !== latest.term),
    ...cause.terms.filter((term) => term.package !== latest.assignment.term.package),
    ...(latest.rest ? [latest.rest] : []),
  ];
  return incompatibility(terms, { kind: "derived", causes: [incompat, cause] });
}

const first = <T>(items: ReadonlySet<T>): T | undefined => items.values().next().value;
