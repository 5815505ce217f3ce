import { sortedByUtf8 } from "../../core/text-order.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import { activate, type Activation, type ActivationRoot, type ActiveNode } from "./activate.ts";
import type { DesiredState } from "./desired-state.ts";
import { type LockGraph, lockGraph, type PackageNode } from "./lock-graph.ts";
import type { LockedPackage, LockedRegistry, Lockfile } from "./lockfile.ts";

/** Raised by additions that an older reader may pass over. */
const LOCK_REVISION = 0;

/** A version that was chosen, before it is known which of its features and edges are active. */
export type ChosenPackage = Pick<LockedPackage, "name" | "version" | "source" | "requires" | "featureTable">;

export interface BuiltLock {
  readonly lock: Lockfile;
  /** The walk over all members with all features and dev-dependencies. */
  readonly activation: Activation;
}

/** Joins what is asked with what was chosen: active features, edges, and only what can be reached. */
export function buildLock(
  desired: DesiredState,
  chosen: readonly ChosenPackage[],
  baseImages: readonly LockedBaseImage[],
): BuiltLock {
  const candidates = [...chosen.map(inactive), ...desired.pathPackages.map(pathPackage)];
  const graph = lockGraph({ projects: desired.projects, packages: candidates, patches: desired.patches });
  const activation = activate(graph, rootsOf(graph, { dev: true }));
  const production = activate(graph, rootsOf(graph, { dev: false }));
  const packages = graph.packages.flatMap((node, index) => {
    const candidate = candidates[index];
    const active = activation.nodes.get(node.id);
    return candidate && active ? [withActivity(candidate, active, production.nodes.get(node.id))] : [];
  });
  const lock: Lockfile = {
    version: 1,
    revision: LOCK_REVISION,
    projects: sortedByUtf8(desired.projects, (project) => project.name),
    registries: usedRegistries(desired.registries, packages),
    packages: sortedByUtf8(packages, (locked) => locked.name),
    patches: sortedByUtf8(desired.patches, (patch) => patch.name),
    baseImages: sortedByUtf8(baseImages, (image) => image.reference),
  };
  return { lock, activation };
}

/** A lock covers every member with every feature, so that no choice made later lacks its package. */
const rootsOf = (graph: LockGraph, { dev }: { readonly dev: boolean }): ActivationRoot[] =>
  graph.projects.map((node) => ({ node, features: "all", dev }));

const inactive = (chosen: ChosenPackage): LockedPackage => ({ ...chosen, features: [], dependencies: [], devDependencies: [] });

const pathPackage = (asked: DesiredState["pathPackages"][number]): LockedPackage => ({
  name: asked.name,
  source: { kind: "path", path: asked.path },
  features: [],
  requires: asked.requires,
  featureTable: asked.featureTable,
  dependencies: [],
  devDependencies: [],
});

function withActivity(locked: LockedPackage, active: ActiveNode, production: ActiveNode | undefined): LockedPackage {
  const edges = [...active.edges.values()];
  const isProduction = (id: string): boolean => production?.edges.has(id) ?? false;
  return {
    ...locked,
    features: [...active.features].sort(),
    dependencies: namesOf(edges.filter((node) => isProduction(node.id))),
    devDependencies: namesOf(edges.filter((node) => !isProduction(node.id))),
  };
}

const namesOf = (nodes: readonly Pick<PackageNode, "name">[]) => [...new Set(nodes.map((node) => node.name))].sort();

function usedRegistries(declared: readonly LockedRegistry[], packages: readonly LockedPackage[]): LockedRegistry[] {
  const used = new Set(packages.flatMap(({ source }) => (source.kind === "registry" ? [source.registry] : [])));
  return sortedByUtf8(
    declared.filter((registry) => used.has(registry.name)),
    (registry) => registry.name,
  );
}
