import semver from "semver";
import { packageNameKey } from "../../core/package-name.ts";
import { compareUtf8, sortedByUtf8 } from "../../core/text-order.ts";
import { type Requirement, type RequirementSource, semverRangeText } from "../manifest/requirement.ts";
import { activate, type Activation, type ActiveNode } from "./activate.ts";
import type { LockGraph, LockNode, ProjectNode } from "./lock-graph.ts";

/** One active requirement: who asks, for what, and which of its features make it ask. */
export interface Ask {
  readonly owner: LockNode;
  readonly requirement: Requirement;
  readonly target: LockNode;
  /** Features of the owner that turn an optional requirement on; none for one that always holds. */
  readonly because: readonly string[];
}

/** Why a package is in the lock, and what its version may be, as far as the lock alone can tell. */
export interface WhyLocked {
  readonly node: LockNode;
  /** One way from each requirement in the user's own manifests, the shortest first. */
  readonly reasons: readonly (readonly Ask[])[];
  /** Everyone that asks for the package itself. */
  readonly asks: readonly Ask[];
  /** Active over all members. */
  readonly features: readonly string[];
  /** What no version may pass, and who says so; absent where nobody does. */
  readonly ceiling?: Ceiling;
}

export interface Ceiling {
  readonly version: string;
  /** Whether that version itself would do. */
  readonly admitted: boolean;
  readonly asks: readonly Ask[];
}

/** Explains a node of the graph by what some projects ask, with all their features and dev-dependencies; all projects have a say in its version. */
export function whyLocked(
  graph: LockGraph,
  node: LockNode,
  projects: readonly ProjectNode[],
  patched: ReadonlyMap<string, RequirementSource>,
): WhyLocked {
  const activation = activate(
    graph,
    graph.projects.map((project) => ({ node: project, features: "all", dev: true })),
  );
  const asks = sortedByUtf8(
    activation.links.map((link) => askOf(link, activation.nodes.get(link.owner.id))),
    keyOf,
  );
  const own = asks.filter(({ target }) => target.id === node.id);
  const ceiling = ceilingOf(own, patched.get(packageNameKey(node.name)));
  return {
    node,
    reasons: reasonsFor(node, asks, new Set(projects.map(({ id }) => id))),
    asks: own,
    features: [...(activation.nodes.get(node.id)?.features ?? [])].sort(compareUtf8),
    ...(ceiling ? { ceiling } : {}),
  };
}

const keyOf = ({ owner, requirement, target }: Ask): string => [owner.name, target.name, requirement.scope].join(" ");

function askOf({ owner, requirement, target }: Activation["links"][number], active: ActiveNode | undefined): Ask {
  const because = requirement.optional
    ? [...(active?.features ?? [])].filter((feature) => turnsOn(owner, feature, requirement))
    : [];
  return { owner, requirement, target, because: because.sort(compareUtf8) };
}

function turnsOn(owner: LockNode, feature: string, { name }: Requirement): boolean {
  const key = packageNameKey(name);
  const items = owner.featureTable[feature];
  if (items === undefined) return packageNameKey(feature) === key;
  return items.some((item) => packageNameKey(item.replace(/^dep:/, "").replace(/\/.*$/, "")) === key);
}

/** From each requirement of a project that leads to the node: the shortest way, of several the first by name. */
function reasonsFor(node: LockNode, asks: readonly Ask[], projects: ReadonlySet<string>): Ask[][] {
  const distances = distancesTo(node, asks);
  const byOwner = groupByOwner(asks);
  const distanceOf = ({ target }: Ask): number => distances.get(target.id) ?? Infinity;
  const wayFrom = (first: Ask): Ask[] => {
    const way = [first];
    for (let last = first; distanceOf(last) > 0;) {
      const next = (byOwner.get(last.target.id) ?? []).find((ask) => distanceOf(ask) === distanceOf(last) - 1);
      if (!next) break;
      way.push(next);
      last = next;
    }
    return way;
  };
  const ways = asks.filter((ask) => projects.has(ask.owner.id) && distanceOf(ask) < Infinity).map(wayFrom);
  return ways.sort((left, right) => left.length - right.length);
}

const groupByOwner = (asks: readonly Ask[]): Map<string, Ask[]> => {
  const groups = new Map<string, Ask[]>();
  for (const ask of asks) groups.set(ask.owner.id, [...(groups.get(ask.owner.id) ?? []), ask]);
  return groups;
};

/** How many requirements lie between each node and this one. */
function distancesTo(node: LockNode, asks: readonly Ask[]): ReadonlyMap<string, number> {
  const askers = new Map<string, Set<string>>();
  for (const { owner, target } of asks) askers.set(target.id, (askers.get(target.id) ?? new Set()).add(owner.id));
  const distances = new Map([[node.id, 0]]);
  for (const [id, distance] of distances) {
    for (const asker of askers.get(id) ?? []) if (!distances.has(asker)) distances.set(asker, distance + 1);
  }
  return distances;
}

/** The lowest upper bound that anybody sets; a patch speaks for everybody. */
function ceilingOf(asks: readonly Ask[], patch: RequirementSource | undefined): Ceiling | undefined {
  const bounds = asks.flatMap((ask) => {
    const source = patch ?? ask.requirement.source;
    const bound = source.kind === "registry" ? upperBound(source.range) : undefined;
    return bound ? [{ ...bound, ask }] : [];
  });
  const [lowest] = [...bounds].sort(compareBounds);
  if (!lowest) return undefined;
  const same = bounds.filter((bound) => compareBounds(bound, lowest) === 0).map(({ ask }) => ask);
  return { version: lowest.version, admitted: lowest.admitted, asks: same };
}

interface Bound {
  readonly version: string;
  readonly admitted: boolean;
}

const compareBounds = (left: Bound, right: Bound): number =>
  semver.compare(left.version, right.version) || Number(left.admitted) - Number(right.admitted);

/** The highest of what the range's alternatives reach; `undefined` when one of them has no end. */
function upperBound(range: string): Bound | undefined {
  const ends = new semver.Range(semverRangeText(range)).set.map((comparators) => {
    const [end] = comparators
      .filter(({ operator, value }) => value !== "" && (operator === "<" || operator === "<=" || operator === ""))
      .map(({ operator, semver: { version } }) => ({ version: version.replace(/-0$/, ""), admitted: operator !== "<" }))
      .sort(compareBounds);
    return end;
  });
  const known = ends.filter((end) => end !== undefined).sort(compareBounds);
  return known.length === ends.length ? known.at(-1) : undefined;
}
