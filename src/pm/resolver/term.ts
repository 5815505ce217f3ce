import { areDisjoint, difference, intersection, isSubset, union, type VersionSet } from "./version-set.ts";

/**
 * What can be said of one package of the solver: positive, "it is chosen, with a version in `set`";
 * negative, "it is not chosen with a version in `set`", which also holds when it is not chosen at all.
 */
export interface Term {
  readonly package: number;
  readonly positive: boolean;
  readonly set: VersionSet;
}

export const positiveTerm = (package_: number, set: VersionSet): Term => ({ package: package_, positive: true, set });

export const negativeTerm = (package_: number, set: VersionSet): Term => ({ package: package_, positive: false, set });

export const negate = (term: Term): Term => ({ package: term.package, positive: !term.positive, set: term.set });

/** What both terms, of one package, say together. */
export function intersectTerms(left: Term, right: Term): Term {
  if (left.positive) {
    const set = right.positive ? intersection(left.set, right.set) : difference(left.set, right.set);
    return positiveTerm(left.package, set);
  }
  if (right.positive) return positiveTerm(left.package, difference(right.set, left.set));
  return negativeTerm(left.package, union(left.set, right.set));
}

export type Relation = "satisfied" | "contradicted" | "inconclusive";

/** Whether `known` makes `term`, of the same package, true or false. */
export function relationTo(term: Term, known: Term): Relation {
  if (isImplied(term, known)) return "satisfied";
  return isExcluded(term, known) ? "contradicted" : "inconclusive";
}

export function isImplied(term: Term, known: Term): boolean {
  if (known.positive) return term.positive ? isSubset(known.set, term.set) : areDisjoint(known.set, term.set);
  return !term.positive && isSubset(term.set, known.set);
}

function isExcluded(term: Term, known: Term): boolean {
  if (known.positive) return term.positive ? areDisjoint(known.set, term.set) : isSubset(known.set, term.set);
  return term.positive && isSubset(term.set, known.set);
}

/** True of no choice at all. */
export const isImpossible = (term: Term): boolean => term.positive && term.set.length === 0;

/** True of every choice. */
export const isTrivial = (term: Term): boolean => !term.positive && term.set.length === 0;
