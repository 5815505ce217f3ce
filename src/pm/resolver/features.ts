import { packageNameKey } from "../../core/package-name.ts";
import { compareUtf8 } from "../../core/text-order.ts";
import type { PackageKind } from "../../core/package-kind.ts";
import { DEPENDABLE_KINDS } from "../manifest/manifest.ts";
import type { Requirement } from "../manifest/requirement.ts";
import type { LocalPackage, Release } from "./request.ts";
import { requirementKey, sortedRequirements } from "./sources.ts";

/**
 * A switch of a package that may be on or off whatever its version: a feature by its name, `dep:NAME` for an optional
 * dependency, `kind:skill` for being asked for as a skill.
 */
export type Flag = string;

export const SKILL_FLAG: Flag = "kind:skill";

const dependencyFlag = (name: string): Flag => `dep:${packageNameKeyOf(name)}`;

export const isFeature = (flag: Flag): boolean => !flag.includes(":");

/**
 * One thing that a release says: whenever all of `when` are on, then `says`. Equal facts of several releases have equal keys,
 * so that they can be told as one.
 */
export interface ReleaseFact {
  readonly key: string;
  readonly when: readonly Flag[];
  readonly says: FactConsequence;
}

export type FactConsequence =
  | { readonly kind: "requires"; readonly requirement: Requirement }
  | { readonly kind: "asks-feature"; readonly requirement: Requirement; readonly feature: string }
  | { readonly kind: "implies"; readonly flag: Flag }
  | { readonly kind: "lacks-feature"; readonly feature: string }
  | { readonly kind: "undependable"; readonly packageKind: PackageKind }
  | { readonly kind: "not-a-skill"; readonly packageKind: PackageKind };

/** What a release says whatever is switched on. */
export function plainFacts(release: Release): readonly ReleaseFact[] {
  const facts: ReleaseFact[] = [];
  if (!DEPENDABLE_KINDS.has(release.kind)) facts.push(fact([], { kind: "undependable", packageKind: release.kind }));
  if (isMember(release)) return facts;
  const needed = liveRequirements(release, (requirement) => !requirement.optional);
  return [...facts, ...needed.map((requirement) => fact([], { kind: "requires", requirement }))];
}

/** What a release says of one flag, by cargo's rules. A member's own wishes hold anyway, so its flags say only whether they exist. */
export function flagFacts(release: Release, flag: Flag): readonly ReleaseFact[] {
  const facts = allFlagFacts(release, flag);
  return isMember(release)
    ? facts.filter((item) => item.says.kind === "lacks-feature" || item.says.kind === "not-a-skill")
    : facts;
}

/** What all features of a member, switched on together, ask of its dependencies: `[requirement, feature]`. */
export function memberFeatureWishes(member: LocalPackage): readonly (readonly [Requirement, string])[] {
  return featureNames(member).flatMap((feature) =>
    tableFacts(member, feature).flatMap((item) =>
      item.says.kind === "asks-feature" ? [[item.says.requirement, item.says.feature] as const] : [],
    ),
  );
}

function allFlagFacts(release: Release, flag: Flag): readonly ReleaseFact[] {
  if (flag === SKILL_FLAG)
    return release.kind === "skill" ? [] : [fact([flag], { kind: "not-a-skill", packageKind: release.kind })];
  if (flag.startsWith("dep:"))
    return optionalRequirements(release, flag).map((requirement) => fact([flag], { kind: "requires", requirement }));
  if (Object.hasOwn(release.features, flag)) return tableFacts(release, flag);
  if (isImplicitFeature(release, flag)) return [fact([flag], { kind: "implies", flag: dependencyFlag(flag) })];
  // Every package has default features; that it lists none means that there are none.
  return flag === "default" ? [] : [fact([flag], { kind: "lacks-feature", feature: flag })];
}

const tableFacts = (release: Release, feature: string): readonly ReleaseFact[] =>
  [...(release.features[feature] ?? [])].sort(compareUtf8).flatMap((item) => itemFacts(release, feature, item));

function itemFacts(release: Release, feature: string, item: string): readonly ReleaseFact[] {
  const slash = item.indexOf("/");
  if (item.startsWith("dep:")) return [fact([feature], { kind: "implies", flag: dependencyFlag(item.slice("dep:".length)) })];
  if (slash < 0) return [fact([feature], { kind: "implies", flag: item })];
  const isWeak = item[slash - 1] === "?";
  const name = item.slice(0, isWeak ? slash - 1 : slash);
  return dependencyItemFacts(release, feature, { name, isWeak, asked: item.slice(slash + 1) });
}

interface DependencyItem {
  readonly name: string;
  readonly isWeak: boolean;
  /** The dependency's feature. */
  readonly asked: string;
}

function dependencyItemFacts(release: Release, feature: string, item: DependencyItem): readonly ReleaseFact[] {
  const requirements = liveRequirements(
    release,
    (requirement) => packageNameKey(requirement.name) === packageNameKeyOf(item.name),
  );
  const isOptional = requirements.length > 0 && requirements.every((requirement) => requirement.optional);
  const when = isOptional && item.isWeak ? [feature, dependencyFlag(item.name)] : [feature];
  const asks = requirements.map((requirement) => fact(when, { kind: "asks-feature", requirement, feature: item.asked }));
  if (!isOptional || item.isWeak) return asks;
  // `name/feature` switches an optional dependency on, and the feature of its name where there is one.
  const ownFeature = Object.hasOwn(release.features, item.name) || isImplicitFeature(release, item.name) ? [item.name] : [];
  return [...[dependencyFlag(item.name), ...ownFeature].map((flag) => fact([feature], { kind: "implies", flag })), ...asks];
}

/** An optional dependency is a feature of its own name unless some feature says `dep:` of it. */
function isImplicitFeature(release: Release, name: string): boolean {
  const flag = dependencyFlag(name);
  if (optionalRequirements(release, flag).length === 0) return false;
  return !Object.values(release.features).some((items) =>
    items.some((item) => item.startsWith("dep:") && dependencyFlag(item.slice(4)) === flag),
  );
}

const optionalRequirements = (release: Release, flag: Flag): Requirement[] =>
  liveRequirements(release, (requirement) => requirement.optional && dependencyFlag(requirement.name) === flag);

/** Of others than members, dev-dependencies are nobody's concern. */
const liveRequirements = (release: Release, isWanted: (requirement: Requirement) => boolean): Requirement[] =>
  sortedRequirements(
    release.requirements.filter((requirement) => (requirement.scope !== "dev" || isMember(release)) && isWanted(requirement)),
  );

const featureNames = (release: Release): string[] => Object.keys(release.features).sort(compareUtf8);

const isMember = (release: Release): boolean => "isMember" in release && release.isMember === true;

const packageNameKeyOf = (name: string): string => name.replaceAll("_", "-");

function fact(when: readonly Flag[], says: FactConsequence): ReleaseFact {
  return { key: `${when.join(" ")}|${says.kind}|${consequenceKey(says)}`, when, says };
}

function consequenceKey(says: FactConsequence): string {
  switch (says.kind) {
    case "requires":
      return requirementKey(says.requirement);
    case "asks-feature":
      return `${requirementKey(says.requirement)}\n${says.feature}`;
    case "implies":
      return says.flag;
    case "lacks-feature":
      return says.feature;
    case "undependable":
    case "not-a-skill":
      return says.packageKind;
  }
}
