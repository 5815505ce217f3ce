import type { PackageName } from "../../core/package-name.ts";
import type { PackageKind } from "../../core/package-kind.ts";
import type { Requirement } from "../manifest/requirement.ts";
import { intersectTerms, isTrivial, type Term } from "./term.ts";

/** Terms that cannot all hold, and why. The empty one says that there is no solution. */
export interface Incompatibility {
  readonly terms: readonly Term[];
  readonly cause: Cause;
}

/** Who asks: a workspace member, whose wishes always hold, or a package of the solver. */
export type Asker =
  | { readonly kind: "member"; readonly name: PackageName }
  | { readonly kind: "package"; readonly package: number; readonly set: readonly number[]; readonly flags: readonly string[] };

export type ExternalCause =
  | {
      readonly kind: "requires";
      readonly by: Asker;
      readonly requirement: Requirement;
      readonly target: number;
      readonly range?: string;
    }
  | {
      readonly kind: "asks-feature";
      readonly by: Asker;
      readonly target: number;
      readonly feature: string;
      readonly requirement: Requirement;
    }
  | { readonly kind: "asks-skill"; readonly by: Asker; readonly target: number; readonly requirement: Requirement }
  | { readonly kind: "implies"; readonly by: Asker; readonly feature: string }
  | { readonly kind: "lacks-feature"; readonly by: Asker; readonly feature: string }
  | { readonly kind: "undependable"; readonly by: Asker; readonly packageKind: PackageKind }
  | { readonly kind: "not-a-skill"; readonly by: Asker; readonly packageKind: PackageKind }
  | { readonly kind: "pinned"; readonly target: number; readonly how: "precise" | "patch"; readonly range: string };

export type Cause = ExternalCause | { readonly kind: "derived"; readonly causes: readonly [Incompatibility, Incompatibility] };

/** An incompatibility with one term a package: terms of one package are joined, those that always hold left out. */
export function incompatibility(terms: readonly Term[], cause: Cause): Incompatibility {
  const joined: Term[] = [];
  for (const term of terms) {
    const index = joined.findIndex((other) => other.package === term.package);
    const known = joined[index];
    if (known === undefined) joined.push(term);
    else joined[index] = intersectTerms(known, term);
  }
  return { terms: joined.some(isTrivial) ? joined.filter((term) => !isTrivial(term)) : joined, cause };
}
