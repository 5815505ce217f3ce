import { packageNameKey } from "../core/package-name.ts";
import type { LockNode } from "../pm/lockfile/lock-graph.ts";
import { parsePatchSource } from "../pm/lockfile/requires-line.ts";
import { type WhyLocked, whyLocked } from "../pm/lockfile/why-locked.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace-member.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { nodesNamed, projectsOf, readLockedGraph } from "./read-locked-graph.ts";

export interface LockExplanation {
  readonly why: WhyLocked;
  /** What `[patch]` of the root puts in the package's place, as the lock writes it. */
  readonly patch: string | undefined;
  versionOf(node: LockNode): string | undefined;
}

/**
 * Why a package is in the lock, for each thing of that name: a member may share a package's.
 * @throws {VoxError} LOCK_MISSING, LOCK_INVALID, DEPENDENCY_UNKNOWN
 */
export async function explainLock(
  project: OpenProject,
  wish: { readonly name: string; readonly members: readonly WorkspaceMember[] },
  ports: RunPorts,
): Promise<readonly LockExplanation[]> {
  const locked = await readLockedGraph(project, ports);
  const projects = projectsOf(locked, wish.members);
  const patches = new Map(locked.lock.patches.map(({ name, replacement }) => [packageNameKey(name), replacement]));
  const sources = new Map([...patches].map(([key, text]) => [key, parsePatchSource(text)]));
  return nodesNamed(locked, wish.name, "vox why").map((node) => ({
    why: whyLocked(locked.graph, node, projects, sources),
    patch: patches.get(packageNameKey(node.name)),
    versionOf: locked.versionOf,
  }));
}
