import type { PackageName } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
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
  for (const incompat of causesFirst(root, incompatibilityCauses))
    made.set(incompat, derivationFrom(incompat, made, wording, table));
  const tree = made.get(root);
  if (tree === undefined) throw new VoxError("INTERNAL", "a failure has no root");
  return tree;
}

function derivationFrom(
  { terms, cause }: Incompatibility,
  made: ReadonlyMap<Incompatibility, Derivation>,
  wording: Wording,
  table: PackageTable,
): Derivation {
  const statement = wording.statement({ terms, cause });
  if (cause.kind !== "derived") return { kind: "fact", statement, fact: factOf(cause, table) };
  const [left, right] = cause.causes.map((incompat) => made.get(incompat));
  if (left === undefined || right === undefined) throw new VoxError("INTERNAL", "a conclusion was told before its causes");
  return { kind: "derived", statement, causes: [left, right] };
}

/** Everything below a root and the root itself, each once and after its causes; derivations are too deep to recurse into. */
export function causesFirst<T>(root: T, causesOf: (item: T) => readonly T[]): readonly T[] {
  const done = new Set<T>();
  const stack = [{ item: root, isOpen: false }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { item, isOpen } = next;
    if (done.has(item)) continue;
    if (isOpen) done.add(item);
    else
      stack.push(
        { item, isOpen: true },
        ...causesOf(item)
          .map((cause) => ({ item: cause, isOpen: false }))
          .reverse(),
      );
  }
  return [...done];
}

const incompatibilityCauses = ({ cause }: Incompatibility): readonly Incompatibility[] =>
  cause.kind === "derived" ? cause.causes : [];

/** What a statement follows from. */
export const causesOf = (derivation: Derivation): readonly Derivation[] =>
  derivation.kind === "derived" ? derivation.causes : [];

/** The leaves of a tree, each once, from left to right. */
export const factsOf = (root: Derivation): readonly (Derivation & { readonly kind: "fact" })[] =>
  causesFirst(root, causesOf).flatMap((derivation) => (derivation.kind === "fact" ? [derivation] : []));

/** Names of the packages that a failure speaks of. */
export function namesIn(root: Incompatibility, table: PackageTable): Set<string> {
  const terms = causesFirst(root, incompatibilityCauses).flatMap((incompat) => incompat.terms);
  return new Set(terms.map((term) => String(table.base(term.package).name)));
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
