import { packageNameKey, parsePackageName, type PackageName } from "../../core/package-name.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { Requirement, RequirementSource } from "../manifest/requirement.ts";
import type { LocalPackage, ResolveRequest } from "./request.ts";

/** Two demands for one name from two sources, and nothing that decides (contracts, §5 "Identity"). */
export interface SourceConflict {
  readonly kind: "source-conflict";
  readonly name: PackageName;
  /** Sorted. */
  readonly demands: readonly SourceDemand[];
}

export interface SourceDemand {
  readonly by: string;
  /** In words: "registry `corp`". */
  readonly source: string;
}

/** The source that everybody uses for a name that a patch or a member's own requirement decides, by the name's key. */
export type DecidedSources = ReadonlyMap<string, RequirementSource>;

export const membersOf = (locals: readonly LocalPackage[]): LocalPackage[] =>
  sortedByUtf8(
    locals.filter((local) => local.isMember),
    (local) => local.name,
  );

/** A patch decides over the members, the members over everyone else; members must agree where no patch decides. */
export function decideSources(request: ResolveRequest): DecidedSources | SourceConflict {
  const decided = new Map<string, RequirementSource>();
  for (const patch of request.patches ?? []) decided.set(packageNameKey(patch.name), patch.requirement.source);
  const patched = new Set(decided.keys());
  const demands = new Map<string, SourceDemand[]>();
  for (const member of membersOf(request.locals)) {
    for (const requirement of sortedRequirements(member.requirements)) {
      const key = packageNameKey(requirement.name);
      if (patched.has(key)) continue;
      if (!decided.has(key)) decided.set(key, requirement.source);
      demands.set(key, [...(demands.get(key) ?? []), { by: member.name, source: sourceText(requirement.source) }]);
    }
  }
  for (const [key, list] of sortedByUtf8(demands, ([name]) => name)) {
    const bySource = new Map(list.map((demand) => [demand.source, demand]));
    if (bySource.size > 1)
      return { kind: "source-conflict", name: parsePackageName(key), demands: sortedDemands(bySource.values()) };
  }
  return decided;
}

export const sortedDemands = (demands: Iterable<SourceDemand>): SourceDemand[] =>
  sortedByUtf8(demands, (demand) => `${demand.by}\n${demand.source}`);

export const isSourceConflict = (value: DecidedSources | SourceConflict): value is SourceConflict => "kind" in value;

/** By name, then scope, so that no result depends on the order of a manifest. */
export function sortedRequirements(requirements: readonly Requirement[]): Requirement[] {
  if (requirements.length < 2) return [...requirements];
  const keyed = requirements.map((item) => ({
    item,
    key: `${packageNameKey(item.name)} ${item.scope} ${requirementKey(item)}`,
  }));
  return sortedByUtf8(keyed, ({ key }) => key).map(({ item }) => item);
}

/** A text that two requirements share when they ask the same. */
export function requirementKey(requirement: Requirement): string {
  const known = KEYS.get(requirement);
  if (known !== undefined) return known;
  const key = keyOf(requirement);
  KEYS.set(requirement, key);
  return key;
}

const KEYS = new WeakMap<Requirement, string>();

const keyOf = (requirement: Requirement): string =>
  [
    requirement.name,
    requirement.scope,
    sourceText(requirement.source),
    requirement.source.kind === "registry" ? requirement.source.range : "",
    requirement.features.toSorted().join(" "),
    requirement.defaultFeatures,
    requirement.optional,
  ].join("\n");

/** A path source is one source however its relative path is written: a name leads to one folder. */
function sourceText(source: RequirementSource): string {
  switch (source.kind) {
    case "registry":
      return `registry \`${source.registry}\``;
    case "path":
      return "a folder";
    case "git":
      return `\`${source.url}\`${source.ref.kind === "default" ? "" : ` at ${source.ref.kind} \`${source.ref.name}\``}`;
  }
}
