import { activate } from "../pm/lockfile/activate.ts";
import { dependencyTree, dependentsTree, type TreeBranch } from "../pm/lockfile/dependency-tree.ts";
import type { LockNode } from "../pm/lockfile/lock-graph.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace-member.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { nodesNamed, projectsOf, readLockedGraph } from "./read-locked-graph.ts";

export interface TreeWish {
  readonly members: readonly WorkspaceMember[];
  /** Leaves dev-dependencies out. */
  readonly prod: boolean;
  readonly depth?: number;
  /** Shows what depends on this package instead. */
  readonly invert?: string;
}

export interface ShownTree {
  readonly trunks: readonly TreeBranch[];
  versionOf(node: LockNode): string | undefined;
}

/**
 * The tree of what members depend on, or of what depends on a package, from the lock alone.
 * @throws {VoxError} LOCK_MISSING, LOCK_INVALID, DEPENDENCY_UNKNOWN
 */
export async function showTree(project: OpenProject, wish: TreeWish, ports: RunPorts): Promise<ShownTree> {
  const locked = await readLockedGraph(project, ports);
  const projects = projectsOf(locked, wish.members);
  const depth = wish.depth === undefined ? {} : { depth: wish.depth };
  const linksWith = (features: "all" | readonly string[]) =>
    activate(
      locked.graph,
      projects.map((node) => ({ node, features, dev: !wish.prod })),
    ).links;
  const trunks =
    wish.invert === undefined
      ? dependencyTree(linksWith(["default"]), projects, depth)
      : dependentsTree(linksWith("all"), nodesNamed(locked, wish.invert, "vox tree --invert"), depth);
  return { trunks, versionOf: locked.versionOf };
}
