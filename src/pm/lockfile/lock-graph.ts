import { posix } from "node:path";
import { type PackageName, packageNameKey } from "../../core/package-name.ts";
import type { FeatureTable, Requirement, RequirementSource } from "../manifest/requirement.ts";
import type { LockedPackage, LockedPatch, LockedProject, LockedSource } from "./lockfile.ts";
import { parseFeatureTable, parsePatchSource, parseRequiresLine } from "./requires-line.ts";

/** A project or a package of the lock, its lines parsed. */
export type LockNode = ProjectNode | PackageNode;

interface NodeFacts {
  /** Unique in the graph. */
  readonly id: string;
  readonly name: PackageName;
  readonly requirements: readonly Requirement[];
  readonly featureTable: FeatureTable;
}

export interface ProjectNode extends NodeFacts {
  readonly kind: "project";
  readonly path: string;
}

export interface PackageNode extends NodeFacts {
  readonly kind: "package";
  readonly version?: string;
  readonly source: LockedSource;
}

/** Finds what a requirement of a node is locked to; `undefined` when the lock does not hold it. */
export interface LockGraph {
  readonly projects: readonly ProjectNode[];
  readonly packages: readonly PackageNode[];
  target(owner: LockNode, requirement: Requirement): LockNode | undefined;
}

export interface LockGraphParts {
  readonly projects: readonly LockedProject[];
  readonly packages: readonly LockedPackage[];
  readonly patches: readonly LockedPatch[];
}

export function lockGraph(parts: LockGraphParts): LockGraph {
  const projects = parts.projects.map(projectNode);
  const packages = parts.packages.map(packageNode);
  const byPath = new Map(projects.map((node) => [node.path, node]));
  const byName = new Map(packages.map((node) => [packageNameKey(node.name), node]));
  const patched = new Map(parts.patches.map((patch) => [packageNameKey(patch.name), parsePatchSource(patch.replacement)]));
  const decided = sourcesOfProjects(projects);
  const target = (owner: LockNode, requirement: Requirement): LockNode | undefined => {
    const key = packageNameKey(requirement.name);
    const root = patched.get(key) ?? (owner.kind === "package" ? decided.get(key) : undefined);
    const source = root ?? requirement.source;
    const folder = root ? "." : folderOf(owner);
    const member = source.kind === "path" && folder !== undefined ? byPath.get(posix.join(folder, source.path)) : undefined;
    return member ?? byName.get(key);
  };
  return { projects, packages, target };
}

/** Where the projects themselves take a name from: it holds for everybody who asks for it. Paths are relative to the lock. */
export function sourcesOfProjects(projects: readonly ProjectNode[]): ReadonlyMap<string, RequirementSource> {
  const sources = new Map<string, RequirementSource>();
  for (const { path, requirements } of projects) {
    for (const { name, source } of requirements) {
      const own = source.kind === "path" ? { ...source, path: posix.join(path, source.path) } : source;
      if (!sources.has(packageNameKey(name))) sources.set(packageNameKey(name), own);
    }
  }
  return sources;
}

/** The folder that a node's own `path:` sources are relative to; registry and git packages have none. */
export function folderOf(node: LockNode): string | undefined {
  if (node.kind === "project") return node.path;
  return node.source.kind === "path" ? node.source.path : undefined;
}

const projectNode = (project: LockedProject): ProjectNode => ({
  kind: "project",
  id: `project ${project.path}`,
  name: project.name,
  path: project.path,
  requirements: project.requires.map(parseRequiresLine),
  featureTable: parseFeatureTable(project.featureTable),
});

const packageNode = (locked: LockedPackage): PackageNode => ({
  kind: "package",
  id: `package ${packageNameKey(locked.name)}`,
  name: locked.name,
  ...(locked.version === undefined ? {} : { version: locked.version }),
  source: locked.source,
  requirements: locked.requires.map(parseRequiresLine),
  featureTable: parseFeatureTable(locked.featureTable),
});
