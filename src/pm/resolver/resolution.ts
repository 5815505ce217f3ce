import { packageNameKey, parsePackageName, type PackageName } from "../../core/package-name.ts";
import { compareUtf8, sortedByUtf8 } from "../../core/text-order.ts";
import type { FeatureTable, Requirement } from "../manifest/requirement.ts";
import { isFeature, type Flag } from "./features.ts";
import type { Reach, ReachedPackage } from "./reach.ts";
import type { BasePackage, PackageOrigin } from "./package-table.ts";
import type { LocalSource } from "./request.ts";
import { sortedDemands, sortedRequirements, type SourceConflict, type SourceDemand } from "./sources.ts";

/** One version a name: what the lock is made of. Every list is sorted. */
export interface Resolution {
  readonly members: readonly ResolvedMember[];
  /** All that members reach, other members left out. */
  readonly packages: readonly ResolvedPackage[];
}

export interface ResolvedMember {
  readonly name: PackageName;
  readonly dependencies: readonly PackageName[];
  /** Edges that only a dev-dependency brings in. */
  readonly devDependencies: readonly PackageName[];
}

export type ResolvedSource = { readonly kind: "registry"; readonly registry: string } | LocalSource;

export interface ResolvedPackage {
  readonly name: PackageName;
  readonly version: string;
  readonly source: ResolvedSource;
  /** Active features that the package has, over all members. */
  readonly features: readonly string[];
  /** As the release states them, by name. */
  readonly requirements: readonly Requirement[];
  readonly featureTable: FeatureTable;
  /** Active edges, production. */
  readonly dependencies: readonly PackageName[];
  /** Active edges that only a dev-dependency of a member brings in. */
  readonly devDependencies: readonly PackageName[];
}

/** Joins what production reaches with what dev-dependencies add. */
export function resolutionOf(production: Reach, all: Reach): Resolution {
  const edges = (own: ReadonlySet<BasePackage> | undefined, prod: ReadonlySet<BasePackage> | undefined) => ({
    dependencies: names(all, prod ?? new Set()),
    devDependencies: names(all, new Set([...(own ?? [])].filter((target) => prod?.has(target) !== true))),
  });
  const members = [...all.members].map(([member, targets]) => ({
    name: member.name,
    ...edges(targets, production.members.get(member)),
  }));
  const packages = [...all.packages.values()].flatMap((reached) => {
    const source = sourceOf(reached.base);
    if (source === undefined) return [];
    const { name, version } = reached.release;
    const requirements = sortedRequirements(reached.release.requirements);
    const featureTable = sortedTable(reached.release.features);
    const features = [...reached.flags].filter((flag) => isOwnFeature(reached, flag)).sort(compareUtf8);
    return [
      {
        name,
        version,
        source,
        features,
        requirements,
        featureTable,
        ...edges(reached.targets, production.packages.get(reached.base.id)?.targets),
      },
    ];
  });
  return { members: sortedByUtf8(members, (member) => member.name), packages: sortedByUtf8(packages, (item) => item.name) };
}

/** Names that were reached from two origins: nothing in the project says which one is meant. */
export function originConflict(reach: Reach): SourceConflict | undefined {
  const demands = new Map<string, SourceDemand[]>();
  const add = (name: PackageName, by: string, origin: PackageOrigin): void => {
    const key = packageNameKey(name);
    demands.set(key, [...(demands.get(key) ?? []), { by, source: originText(origin) }]);
  };
  for (const [member, targets] of reach.members) for (const base of targets) add(base.name, member.name, base.origin);
  for (const { release, targets } of reach.packages.values())
    for (const base of targets) add(base.name, release.name, base.origin);
  const [clash] = sortedByUtf8(
    [...demands].filter(([, list]) => new Set(list.map((demand) => demand.source)).size > 1),
    ([key]) => key,
  );
  if (clash === undefined) return undefined;
  return { kind: "source-conflict", name: nameOf(reach, clash[0]), demands: sortedDemands(clash[1]) };
}

/** How the first member or package of that name writes it. */
function nameOf(reach: Reach, key: string): PackageName {
  const known = [
    ...[...reach.members.keys()].map((member) => member.name),
    ...[...reach.packages.values()].map(({ release }) => release.name),
  ];
  return known.filter((name) => packageNameKey(name) === key).sort(compareUtf8)[0] ?? parsePackageName(key);
}

function originText(origin: PackageOrigin): string {
  if (origin.kind === "registry") return `registry \`${origin.registry}\``;
  if (origin.kind === "missing") return "nowhere";
  return `\`${origin.local.source.kind === "path" ? origin.local.source.path : origin.local.source.url}\``;
}

function sourceOf(base: BasePackage): ResolvedSource | undefined {
  if (base.origin.kind === "registry") return base.origin;
  return base.origin.kind === "local" && !base.origin.local.isMember ? base.origin.local.source : undefined;
}

const sortedTable = (table: FeatureTable): FeatureTable =>
  Object.fromEntries(
    sortedByUtf8(Object.entries(table), ([feature]) => feature).map(([feature, items]) => [
      feature,
      [...items].sort(compareUtf8),
    ]),
  );

/** A feature counts where the release has it: default features that are nowhere listed are none. */
function isOwnFeature({ release }: ReachedPackage, flag: Flag): boolean {
  return isFeature(flag) && (Object.hasOwn(release.features, flag) || flag !== "default");
}

const names = (reach: Reach, bases: Iterable<BasePackage>): PackageName[] =>
  [...new Set([...bases].map((base) => reach.packages.get(base.id)?.release.name ?? base.name))].sort(compareUtf8);
