import type { Incompatibility } from "./incompatibility.ts";
import type { Asking, Knowledge } from "./knowledge.ts";
import { PackageTable } from "./package-table.ts";
import { reachFrom, type Reach } from "./reach.ts";
import type { ResolveRequest } from "./request.ts";
import { Solver } from "./solver.ts";
import { membersOf, type DecidedSources } from "./sources.ts";
import { Targets } from "./targets.ts";
import { Telling } from "./telling.ts";

export interface SearchInput {
  readonly request: ResolveRequest;
  readonly decided: DecidedSources;
  readonly knowledge: Knowledge;
  /** Names whose versions are all read, so that what they share is told as one. */
  readonly explained: ReadonlySet<string>;
}

export type SearchResult =
  | { readonly kind: "found"; readonly production: Reach; readonly all: Reach }
  | { readonly kind: "failed"; readonly root: Incompatibility; readonly table: PackageTable };

/** One run of the solver: it wants a version, is told what that brings, and so on to the end. */
export function* search(input: SearchInput): Asking<SearchResult> {
  const table = new PackageTable();
  const targets = new Targets(input.request, input.decided, input.knowledge, table);
  const telling = new Telling(table, targets, input.knowledge, input.explained);
  const members = membersOf(input.request.locals);
  const solver = new Solver({
    isChoosable: (package_) => table.get(package_).kind === "base",
    pick: (package_, set) => targets.pick(table.base(package_), set) ?? 0,
  });
  for (const wish of yield* telling.project(members)) solver.add(wish);
  for (;;) {
    const step = solver.advance();
    if (step.kind === "failed") return { kind: "failed", root: step.root, table };
    if (step.kind === "solved") {
      const reach = (withDev: boolean): Reach =>
        reachFrom({ members, decisions: step.decisions, targets, book: telling.book, withDev });
      return { kind: "found", production: reach(false), all: reach(true) };
    }
    solver.decide(step.package, step.position, yield* telling.version(table.base(step.package), step.position));
  }
}
