import { sortedByUtf8 } from "../../core/text-order.ts";
import type { Requirement } from "../manifest/requirement.ts";
import type { Activation } from "./activate.ts";
import type { LockNode } from "./lock-graph.ts";

/** A package in its place in the tree. */
export interface TreeBranch {
  readonly node: LockNode;
  /** Why the branch above leads here: dev where only a dev-dependency does. */
  readonly scope: Requirement["scope"];
  /** What is below is shown at another place. */
  readonly repeated: boolean;
  readonly branches: readonly TreeBranch[];
}

export interface TreeOptions {
  /** Levels below the roots; all when it is absent. */
  readonly depth?: number;
}

/** What the roots depend on. Each package is spread out once, where it is nearest to a root. */
export const dependencyTree = (links: Activation["links"], roots: readonly LockNode[], options: TreeOptions): TreeBranch[] =>
  grow(
    roots,
    edgesBy(
      links,
      ({ owner }) => owner,
      ({ target }) => target,
    ),
    options,
  );

/** What depends on the roots, up to the projects. */
export const dependentsTree = (links: Activation["links"], roots: readonly LockNode[], options: TreeOptions): TreeBranch[] =>
  grow(
    roots,
    edgesBy(
      links,
      ({ target }) => target,
      ({ owner }) => owner,
    ),
    options,
  );

type Link = Activation["links"][number];

interface Edge {
  readonly node: LockNode;
  readonly scope: Requirement["scope"];
}

/** The ends of the edges that begin at each node, by name; of several scopes the one that weighs most. */
function edgesBy(
  links: readonly Link[],
  from: (link: Link) => LockNode,
  to: (link: Link) => LockNode,
): ReadonlyMap<string, readonly Edge[]> {
  const byStart = new Map<string, Map<string, Edge>>();
  for (const link of links) {
    const edges = byStart.get(from(link).id) ?? new Map<string, Edge>();
    const known = edges.get(to(link).id);
    const { scope } = link.requirement;
    edges.set(to(link).id, { node: to(link), scope: known && WEIGHT[known.scope] > WEIGHT[scope] ? known.scope : scope });
    byStart.set(from(link).id, edges);
  }
  return new Map([...byStart].map(([id, edges]) => [id, sortedByUtf8(edges.values(), ({ node }) => node.name)]));
}

const WEIGHT: Readonly<Record<Requirement["scope"], number>> = { normal: 2, skill: 1, dev: 0 };

interface Growing {
  readonly node: LockNode;
  readonly scope: Requirement["scope"];
  repeated: boolean;
  readonly branches: Growing[];
}

/** Level by level, so that with a depth nothing is cut off at one place and left out at a nearer one. */
function grow(
  roots: readonly LockNode[],
  edges: ReadonlyMap<string, readonly Edge[]>,
  { depth = Infinity }: TreeOptions,
): TreeBranch[] {
  const spread = new Set<string>();
  const trunks = roots.map((node) => sprout({ node, scope: "normal" }));
  let level = trunks;
  for (let reached = 0; reached < depth && level.length > 0; reached += 1) {
    const next: Growing[] = [];
    for (const branch of level) {
      const below = edges.get(branch.node.id) ?? [];
      branch.repeated = below.length > 0 && spread.has(branch.node.id);
      if (branch.repeated) continue;
      spread.add(branch.node.id);
      branch.branches.push(...below.map(sprout));
      next.push(...branch.branches);
    }
    level = next;
  }
  return trunks;
}

const sprout = ({ node, scope }: Edge): Growing => ({ node, scope, repeated: false, branches: [] });
