import type { Incompatibility } from "./incompatibility.ts";
import { intersectTerms, isImplied, negate, positiveTerm, relationTo, type Relation, type Term } from "./term.ts";
import { singletonSet } from "./version-set.ts";

/** One step of the search: a decision (no cause), or what an incompatibility forced. */
export interface Assignment {
  readonly term: Term;
  /** How many decisions had been taken, this one included. */
  readonly level: number;
  readonly index: number;
  readonly cause: Incompatibility | undefined;
  /** All that is known of the package after this step. */
  readonly accumulated: Term;
}

/** What the search has decided and derived so far, in order, and can take back. */
export class PartialSolution {
  readonly #assignments: Assignment[] = [];
  readonly #byPackage = new Map<number, Assignment[]>();
  readonly #decisions = new Map<number, number>();
  readonly #undecided = new Set<number>();
  #touched: number[] = [];
  /** The package decided at each level, level 1 first. */
  readonly #decisionOrder: number[] = [];

  get level(): number {
    return this.#decisionOrder.length;
  }

  /** Position of the version by package, in the order of decision. */
  get decisions(): ReadonlyMap<number, number> {
    return this.#decisions;
  }

  /** Packages that must be chosen and have no version yet. */
  get undecided(): ReadonlySet<number> {
    return this.#undecided;
  }

  /** Undecided packages of which something else is known than when this was last asked; some may be decided since. */
  takeTouched(): readonly number[] {
    const touched = this.#touched;
    this.#touched = [];
    return touched;
  }

  known(package_: number): Term | undefined {
    return this.#byPackage.get(package_)?.at(-1)?.accumulated;
  }

  decisionAt(level: number): number | undefined {
    return this.#decisionOrder[level - 1];
  }

  relation(term: Term): Relation {
    const known = this.known(term.package);
    return known ? relationTo(term, known) : "inconclusive";
  }

  decide(package_: number, position: number): void {
    this.#decisionOrder.push(package_);
    this.#decisions.set(package_, position);
    this.#assign(positiveTerm(package_, singletonSet(position)), undefined);
  }

  derive(term: Term, cause: Incompatibility): void {
    this.#assign(term, cause);
  }

  /** The first step after which `term` held. It does hold now. */
  satisfier(term: Term): Assignment | undefined {
    return this.#byPackage.get(term.package)?.find((assignment) => isImplied(term, assignment.accumulated));
  }

  /** Takes back every step of a level above `level`. */
  backtrack(level: number): void {
    for (let last = this.#assignments.at(-1); last && last.level > level; last = this.#assignments.at(-1)) {
      this.#assignments.pop();
      const package_ = last.term.package;
      this.#byPackage.get(package_)?.pop();
      if (last.cause === undefined) this.#decisions.delete(package_);
      this.#note(package_);
    }
    this.#decisionOrder.length = Math.min(this.#decisionOrder.length, level);
  }

  #assign(term: Term, cause: Incompatibility | undefined): void {
    const known = this.known(term.package);
    const accumulated = known ? intersectTerms(known, term) : term;
    const assignment = { term, level: this.level, index: this.#assignments.length, cause, accumulated };
    this.#assignments.push(assignment);
    const steps = this.#byPackage.get(term.package);
    if (steps) steps.push(assignment);
    else this.#byPackage.set(term.package, [assignment]);
    this.#note(term.package);
  }

  #note(package_: number): void {
    if (this.known(package_)?.positive === true && !this.#decisions.has(package_)) {
      this.#undecided.add(package_);
      this.#touched.push(package_);
    } else {
      this.#undecided.delete(package_);
    }
  }
}

/** The part of a step's own term that lies outside of `term`, if any, turned round. */
export function outside(step: Term, term: Term): Term | undefined {
  const rest = intersectTerms(step, negate(term));
  return rest.positive && rest.set.length === 0 ? undefined : negate(rest);
}
