import { packageNameKey } from "../../core/package-name.ts";
import type { Requirement } from "../manifest/requirement.ts";
import type { LockGraph, LockNode } from "./lock-graph.ts";

/** Where activation begins: a project, the features wanted of it, and whether its dev-dependencies count. */
export interface ActivationRoot {
  readonly node: LockNode;
  readonly features: "all" | readonly string[];
  readonly dev: boolean;
}

export interface ActiveNode {
  readonly node: LockNode;
  readonly features: ReadonlySet<string>;
  /** Targets of active requirements, by id. */
  readonly edges: ReadonlyMap<string, LockNode>;
}

/** A requirement that the graph cannot answer. */
export interface DanglingRequirement {
  readonly owner: LockNode;
  readonly requirement: Requirement;
}

export interface Activation {
  readonly nodes: ReadonlyMap<string, ActiveNode>;
  readonly dangling: readonly DanglingRequirement[];
  /** Every requirement that is active, with what answers it. */
  readonly links: readonly { readonly owner: LockNode; readonly requirement: Requirement; readonly target: LockNode }[];
}

/** Walks from the roots along active requirements, with cargo's rules for features and optional dependencies. */
export function activate(graph: LockGraph, roots: readonly ActivationRoot[]): Activation {
  const walk = new Walk(graph);
  for (const root of roots) walk.enterRoot(root);
  return walk.finish();
}

interface Visit {
  readonly node: LockNode;
  readonly features: Set<string>;
  readonly edges: Map<string, LockNode>;
  readonly activeRequirements: Set<Requirement>;
  /** `name?/feature` items that wait for `name` to become active, by name key. */
  readonly weak: Map<string, Set<string>>;
}

class Walk {
  readonly #graph: LockGraph;
  readonly #visits = new Map<string, Visit>();
  readonly #dangling: DanglingRequirement[] = [];
  readonly #links: { owner: LockNode; requirement: Requirement; target: LockNode }[] = [];
  /** Steps into other nodes wait here, so that a long chain of packages needs no deep stack. */
  readonly #queue: (() => void)[] = [];

  constructor(graph: LockGraph) {
    this.#graph = graph;
  }

  finish(): Activation {
    for (let next = 0; next < this.#queue.length; next += 1) this.#queue[next]?.();
    return { nodes: this.#visits, dangling: this.#dangling, links: this.#links };
  }

  enterRoot({ node, features, dev }: ActivationRoot): void {
    const visit = this.#enter(node);
    if (dev) this.#activateAll(visit, (requirement) => requirement.scope === "dev" && !requirement.optional);
    const optional = node.requirements.filter((requirement) => requirement.optional).map((requirement) => requirement.name);
    const wanted = features === "all" ? [...Object.keys(node.featureTable), ...optional] : features;
    for (const feature of wanted) this.#activateFeature(visit, feature);
  }

  #enter(node: LockNode): Visit {
    const known = this.#visits.get(node.id);
    if (known) return known;
    const visit: Visit = { node, features: new Set(), edges: new Map(), activeRequirements: new Set(), weak: new Map() };
    this.#visits.set(node.id, visit);
    this.#queue.push(() => this.#activateAll(visit, (requirement) => requirement.scope !== "dev" && !requirement.optional));
    return visit;
  }

  #activateAll(visit: Visit, wanted: (requirement: Requirement) => boolean): void {
    for (const requirement of visit.node.requirements) {
      if (wanted(requirement)) this.#activateRequirement(visit, requirement);
    }
  }

  #activateRequirement(visit: Visit, requirement: Requirement): void {
    if (visit.activeRequirements.has(requirement)) return;
    visit.activeRequirements.add(requirement);
    const target = this.#graph.target(visit.node, requirement);
    if (!target) {
      this.#dangling.push({ owner: visit.node, requirement });
      return;
    }
    this.#links.push({ owner: visit.node, requirement, target });
    visit.edges.set(target.id, target);
    const entered = this.#enter(target);
    const features = [...requirement.features, ...(requirement.defaultFeatures ? ["default"] : [])];
    this.#wantFeatures(entered, features);
    this.#wantFeatures(entered, visit.weak.get(packageNameKey(requirement.name)) ?? []);
  }

  #wantFeatures(visit: Visit, features: Iterable<string>): void {
    for (const feature of features) this.#queue.push(() => this.#activateFeature(visit, feature));
  }

  #activateFeature(visit: Visit, feature: string): void {
    if (visit.features.has(feature)) return;
    const items = itemsOf(visit.node, feature);
    if (!items) return;
    visit.features.add(feature);
    for (const item of items) this.#activateItem(visit, item);
  }

  #activateItem(visit: Visit, item: string): void {
    if (item.startsWith("dep:")) return this.#activateNamed(visit, item.slice("dep:".length));
    const [dependency = "", feature] = item.split("/");
    if (feature === undefined) return this.#activateFeature(visit, item);
    const weak = dependency.endsWith("?");
    const name = weak ? dependency.slice(0, -1) : dependency;
    if (weak) addTo(visit.weak, packageNameKey(name), feature);
    else this.#activateOptional(visit, name);
    for (const requirement of requirementsNamed(visit.node, name)) {
      const target = visit.activeRequirements.has(requirement) ? this.#graph.target(visit.node, requirement) : undefined;
      if (target) this.#wantFeatures(this.#enter(target), [feature]);
    }
  }

  /** As in cargo, `name/feature` also turns on the feature that is called after an optional dependency. */
  #activateOptional(visit: Visit, name: string): void {
    this.#activateNamed(visit, name);
    if (requirementsNamed(visit.node, name).some((requirement) => requirement.optional)) this.#activateFeature(visit, name);
  }

  #activateNamed(visit: Visit, name: string): void {
    for (const requirement of requirementsNamed(visit.node, name)) {
      if (requirement.scope !== "dev") this.#activateRequirement(visit, requirement);
    }
  }
}

const requirementsNamed = (node: LockNode, name: string): readonly Requirement[] =>
  node.requirements.filter((requirement) => packageNameKey(requirement.name) === packageNameKey(name));

/** What a feature stands for; `default` exists everywhere, if only as nothing; `undefined` for a feature that is none. */
function itemsOf(node: LockNode, feature: string): readonly string[] | undefined {
  if (Object.hasOwn(node.featureTable, feature)) return node.featureTable[feature];
  if (feature === "default") return [];
  return isImplicitFeature(node, feature) ? [`dep:${feature}`] : undefined;
}

/** An optional dependency is a feature of its own name unless some feature speaks of it as `dep:name`. */
function isImplicitFeature(node: LockNode, feature: string): boolean {
  const optional = requirementsNamed(node, feature).some((requirement) => requirement.optional);
  const key = packageNameKey(`dep:${feature}`);
  return optional && !Object.values(node.featureTable).some((items) => items.some((item) => packageNameKey(item) === key));
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key) ?? new Set<string>();
  map.set(key, values.add(value));
}
