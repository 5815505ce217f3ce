import type { PackageName } from "../../core/package-name.ts";
import type { Requirement } from "../manifest/requirement.ts";
import type { ExternalCause, Incompatibility } from "./incompatibility.ts";
import type { BasePackage, PackageTable } from "./package-table.ts";
import { Wording } from "./wording.ts";

/** Why there is no solution: a statement that follows from two others, down to what manifests and registries say. */
export type Derivation =
  | { readonly kind: "derived"; readonly statement: string; readonly causes: readonly [Derivation, Derivation] }
  | { readonly kind: "fact"; readonly statement: string; readonly fact: Fact };

/** What a leaf of the tree rests on, for hints and error codes. */
export interface Fact {
  readonly kind: ExternalCause["kind"];
  /** The workspace member whose wish it is. */
  readonly member?: PackageName;
  readonly requirement?: Requirement;
  /** The name that it is about. */
  readonly target?: PackageName;
  readonly isTargetKnown?: boolean;
  readonly range?: string;
  readonly how?: "precise" | "patch";
}

/** The tree below an incompatibility; one that is used twice is one object. */
export function derivationOf(root: Incompatibility, table: PackageTable): Derivation {
  const wording = new Wording(table);
  const made = new Map<Incompatibility, Derivation>();
  const make = (incompat: Incompatibility): Derivation => {
    const known = made.get(incompat);
    if (known) return known;
    const { cause } = incompat;
    const statement = wording.statement(incompat);
    const derivation: Derivation =
      cause.kind === "derived"
        ? { kind: "derived", statement, causes: [make(cause.causes[0]), make(cause.causes[1])] }
        : { kind: "fact", statement, fact: factOf(cause, table) };
    made.set(incompat, derivation);
    return derivation;
  };
  return make(root);
}

/** The leaves of a tree, each once, in the order in which they are met. */
export function factsOf(root: Derivation): readonly (Derivation & { readonly kind: "fact" })[] {
  const facts: (Derivation & { readonly kind: "fact" })[] = [];
  const seen = new Set<Derivation>();
  const visit = (derivation: Derivation): void => {
    if (seen.has(derivation)) return;
    seen.add(derivation);
    if (derivation.kind === "fact") facts.push(derivation);
    else derivation.causes.forEach(visit);
  };
  visit(root);
  return facts;
}

/** Names of the packages that a failure speaks of. */
export function namesIn(root: Incompatibility, table: PackageTable): Set<string> {
  const names = new Set<string>();
  const seen = new Set<Incompatibility>();
  const stack = [root];
  for (let next = stack.pop(); next; next = stack.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const term of next.terms) names.add(table.base(term.package).name);
    if (next.cause.kind === "derived") stack.push(...next.cause.causes);
  }
  return names;
}

function factOf(cause: ExternalCause, table: PackageTable): Fact {
  const target = "target" in cause ? table.base(cause.target) : subjectOf(cause, table);
  return {
    kind: cause.kind,
    ...("by" in cause && cause.by.kind === "member" ? { member: cause.by.name } : {}),
    ...("requirement" in cause ? { requirement: cause.requirement } : {}),
    ...(target ? { target: target.name, isTargetKnown: target.isKnown } : {}),
    ...("range" in cause && cause.range !== undefined ? { range: cause.range } : {}),
    ...("how" in cause ? { how: cause.how } : {}),
  };
}

const subjectOf = (cause: ExternalCause, table: PackageTable): BasePackage | undefined =>
  "by" in cause && cause.by.kind === "package" ? table.base(cause.by.package) : undefined;
