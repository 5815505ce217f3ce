import { nearestWord } from "../core/nearest-word.ts";
import { packageNameKey } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type LockGraph, lockGraph, type LockNode, type ProjectNode } from "../pm/lockfile/lock-graph.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import { staleReasons } from "../pm/lockfile/staleness.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace-member.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { readLock } from "./read-lock.ts";

/** A lock that is looked at and not changed. */
export interface LockedGraph {
  readonly lock: Lockfile;
  readonly graph: LockGraph;
  /** A locked version; a folder's is what its manifest says now. */
  versionOf(node: LockNode): string | undefined;
}

/**
 * The lock as it stands; a stale one is told, for what it says is still what was locked.
 * @throws {VoxError} LOCK_MISSING, LOCK_INVALID
 */
export async function readLockedGraph(project: OpenProject, { onEvent }: RunPorts): Promise<LockedGraph> {
  const read = await readLock(project.files);
  if (!read) throw new VoxError("LOCK_MISSING", "there is no `vox.lock`", { place: { file: "vox.lock" } });
  const [reason] = staleReasons(read.lock, project.desired);
  if (reason !== undefined) {
    const message = `\`vox.lock\` is stale, and this is what it says all the same: ${reason}`;
    onEvent({ kind: "warning", code: "LOCK_STALE", message, hint: "run `vox lock`" });
  }
  const { members, pathPackages } = project.workspace;
  const folders = new Map([...members, ...pathPackages].map(({ path, manifest }) => [path, manifest.package.version]));
  return {
    lock: read.lock,
    graph: lockGraph(read.lock),
    versionOf(node) {
      if (node.kind === "project") return folders.get(node.path);
      return node.source.kind === "path" ? folders.get(node.source.path) : node.version;
    },
  };
}

/** @throws {VoxError} LOCK_STALE for a member that was not there when the lock was made */
export function projectsOf({ graph }: LockedGraph, members: readonly WorkspaceMember[]): readonly ProjectNode[] {
  return members.map(({ path }) => {
    const found = graph.projects.find((project) => project.path === path);
    if (found) return found;
    throw new VoxError("LOCK_STALE", `\`vox.lock\` has no project at \`${path}\``, { place: { file: "vox.lock" } });
  });
}

/**
 * What the lock holds under a name.
 * @throws {VoxError} DEPENDENCY_UNKNOWN; `command` is the command to offer with the nearest name
 */
export function nodesNamed({ graph }: LockedGraph, name: string, command: string): readonly LockNode[] {
  const nodes: readonly LockNode[] = [...graph.packages, ...graph.projects];
  const found = nodes.filter((node) => packageNameKey(node.name) === packageNameKey(name));
  if (found.length > 0) return found;
  const near = nearestWord(
    name,
    nodes.map((node) => node.name),
  );
  throw new VoxError("DEPENDENCY_UNKNOWN", `\`${name}\` is not in vox.lock`, {
    place: { file: "vox.lock" },
    hint: near === undefined ? "run `vox tree` to see what is" : `did you mean \`${command} ${near}\`?`,
  });
}
