import { packageNameKey } from "../../core/package-name.ts";
import { compareUtf8, sortedByUtf8 } from "../../core/text-order.ts";
import semver from "semver";
import { normaliseRange, type Requirement } from "../manifest/requirement.ts";
import { derivationOf, factsOf, namesIn, type Derivation, type Fact } from "./derivation.ts";
import { type AwaitedRelease, noSolution, type NoSolution, type Remedy } from "./failure.ts";
import { Knowledge, type Asking } from "./knowledge.ts";
import type { LocalPackage, ResolveRequest } from "./request.ts";
import { originConflict, resolutionOf, type Resolution } from "./resolution.ts";
import type { Reach } from "./reach.ts";
import { search, type SearchResult } from "./search.ts";
import { decideSources, isSourceConflict, membersOf, type DecidedSources, type SourceConflict } from "./sources.ts";

export type ResolveOutcome = { readonly kind: "resolved"; readonly resolution: Resolution } | NoSolution | SourceConflict;

/** How often a failure is searched again, each time with all versions of the packages that it spoke of. */
const EXPLANATION_ROUNDS = 4;
/** How many of the project's own requirements are loosened in search of a remedy. */
const MAX_REMEDIES_TRIED = 8;

/**
 * Chooses one version for every name that the members reach, or says why none fits (contracts, §§2, 3, 5).
 * It reads nothing itself: it yields what it must know, and is sent the answer. The same answers give the same outcome,
 * whatever their order and the order of the request.
 */
export function* resolve(request: ResolveRequest): Asking<ResolveOutcome> {
  const decided = decideSources(request);
  if (isSourceConflict(decided)) return decided;
  const knowledge = new Knowledge();
  const found = yield* search({ request, decided, knowledge, explained: new Set() });
  if (found.kind === "failed") return yield* explained({ request, decided, knowledge }, found);
  return originConflict(found.all) ?? { kind: "resolved", resolution: resolutionOf(found.production, found.all) };
}

interface Context {
  readonly request: ResolveRequest;
  readonly decided: DecidedSources;
  readonly knowledge: Knowledge;
}

type Failed = SearchResult & { readonly kind: "failed" };

/** Searches again with ever more known of the packages in the way, so that the explanation speaks of ranges and not of each version. */
function* explained(context: Context, first: Failed): Asking<NoSolution> {
  let failed = first;
  const names = new Set<string>();
  for (let round = 0; round < EXPLANATION_ROUNDS; round += 1) {
    const before = names.size;
    for (const name of namesIn(failed.root, failed.table)) names.add(name);
    if (names.size === before) break;
    const again = yield* search({ ...context, explained: names });
    if (again.kind === "failed") failed = again;
  }
  const tree = derivationOf(failed.root, failed.table);
  const known = [...failed.table.bases()].filter((base) => base.isKnown).map((base) => String(base.name));
  const awaited = yield* awaitedReleases(context, failed);
  const remedy = awaited.length > 0 ? undefined : yield* remedyFor(context, tree);
  const [member, ...others] = membersOf(context.request.locals);
  return noSolution(tree, {
    remedy,
    awaited,
    member: others.length > 0 ? member?.name : undefined,
    names: known.sort(compareUtf8),
  });
}

/** The young releases that would be chosen if age did not count; none when that would not help. */
function* awaitedReleases(context: Context, { root, table }: Failed): Asking<readonly AwaitedRelease[]> {
  if (![...table.bases()].some(({ versions }) => versions.young.size > 0)) return [];
  // Of those that the failure speaks of before others, which may be young as well and have no part in it.
  const spokenOf = new Set([...namesIn(root, table)].map(packageNameKey));
  for (const anyAge of [spokenOf, "all" as const]) {
    const found = yield* search({ ...context, request: { ...context.request, anyAge }, explained: new Set() });
    if (found.kind === "found" && !originConflict(found.all)) return awaitedIn(found.all, anyAge);
  }
  return [];
}

function awaitedIn(reach: Reach, anyAge: ReadonlySet<string> | "all"): readonly AwaitedRelease[] {
  const awaited = [...reach.packages.values()].flatMap(({ base, release: { name, version } }) => {
    if (anyAge !== "all" && !anyAge.has(packageNameKey(name))) return [];
    const young = base.versions.young.get(base.versions.positionOf(version) ?? -1);
    return young && base.origin.kind === "registry" ? [{ name, version, registry: base.origin.registry, ...young }] : [];
  });
  return sortedByUtf8(awaited, ({ name }) => name);
}

/** Loosens the project's own requirements one by one; prefers a change that goes up over one that goes down. */
function* remedyFor(context: Context, tree: Derivation): Asking<Remedy | undefined> {
  const remedies: { readonly remedy: Remedy; readonly goesUp: boolean }[] = [];
  for (const fact of loosenable(tree).slice(0, MAX_REMEDIES_TRIED)) {
    const tried = yield* tryLoosened(context, fact);
    if (tried?.goesUp) return tried.remedy;
    if (tried) remedies.push(tried);
  }
  return remedies[0]?.remedy;
}

type Wish = Fact & { readonly member: string; readonly requirement: Requirement; readonly range: string };

const isWish = (fact: Fact): fact is Wish =>
  fact.kind === "requires" && fact.member !== undefined && fact.range !== undefined && fact.isTargetKnown === true;

const loosenable = (tree: Derivation): readonly Wish[] =>
  factsOf(tree)
    .map((leaf) => leaf.fact)
    .filter(isWish);

function* tryLoosened(context: Context, wish: Wish): Asking<{ readonly remedy: Remedy; readonly goesUp: boolean } | undefined> {
  const locals = context.request.locals.map((local) =>
    local.isMember && local.name === wish.member ? loosened(local, wish) : local,
  );
  const found = yield* search({ ...context, request: { ...context.request, locals }, explained: new Set() });
  if (found.kind === "failed" || originConflict(found.all)) return undefined;
  const { name, scope } = wish.requirement;
  const chosen = [...found.all.packages.values()].find((reached) => packageNameKey(reached.base.name) === packageNameKey(name));
  if (chosen?.base.origin.kind !== "registry") return undefined;
  const { version } = chosen.release;
  const isNamed = membersOf(context.request.locals).length > 1;
  const goesUp = semver.gtr(version, wish.range.replaceAll(",", " "));
  return { remedy: { member: wish.member, isNamed, name, scope, version }, goesUp };
}

/** The member with every requirement on that name taking any version. */
function loosened(member: LocalPackage, wish: Wish): LocalPackage {
  const key = packageNameKey(wish.requirement.name);
  const requirements = member.requirements.map((requirement) =>
    requirement.source.kind === "registry" && packageNameKey(requirement.name) === key
      ? { ...requirement, source: { ...requirement.source, range: normaliseRange("*") } }
      : requirement,
  );
  return { ...member, requirements };
}
