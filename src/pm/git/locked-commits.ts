import { type PackageName, packageNameKey } from "../../core/package-name.ts";
import { type LockGraph, lockGraph, type LockNode } from "../lockfile/lock-graph.ts";
import type { Lockfile } from "../lockfile/lockfile.ts";
import { parsePatchSource } from "../lockfile/requires-line.ts";
import type { GitRef, RequirementSource } from "../manifest/requirement.ts";
import { gitAskKey } from "./git-sources.ts";

/** A ref of a repository that a lock's lines ask for, and the commit that it was locked to. */
export interface LockedRef {
  readonly url: string;
  readonly ref: GitRef;
  readonly commit: string;
  /** The packages that come from it. */
  readonly names: readonly PackageName[];
}

/** Every git ref that a lock's own lines ask for, by `gitAskKey`: those that a patch or a project decides over are not heard. */
export function lockedRefs(lock: Lockfile): ReadonlyMap<string, LockedRef> {
  if (!lock.packages.some(({ source }) => source.kind === "git")) return new Map();
  const graph = lockGraph(lock);
  const patches = new Map(lock.patches.map((patch) => [packageNameKey(patch.name), parsePatchSource(patch.replacement)]));
  const asked = new Set(graph.projects.flatMap((node) => node.requirements.map(({ name }) => packageNameKey(name))));
  const refs = new Map<string, LockedRef>();
  for (const node of [...graph.projects, ...graph.packages]) {
    for (const { source, name, commit } of gitLinks(graph, node, patches)) {
      if (node.kind === "package" && asked.has(packageNameKey(name)) && !patches.has(packageNameKey(name))) continue;
      const key = gitAskKey(source.url, source.ref);
      const known = refs.get(key);
      if (known && known.commit !== commit) continue;
      refs.set(key, { url: source.url, ref: source.ref, commit, names: [...(known?.names ?? []), name] });
    }
  }
  return refs;
}

type GitSource = Extract<RequirementSource, { readonly kind: "git" }>;

function gitLinks(graph: LockGraph, node: LockNode, patches: ReadonlyMap<string, RequirementSource>) {
  return node.requirements.flatMap((requirement): { source: GitSource; name: PackageName; commit: string }[] => {
    const source = patches.get(packageNameKey(requirement.name)) ?? requirement.source;
    const target = graph.target(node, requirement);
    if (source.kind !== "git" || target?.kind !== "package" || target.source.kind !== "git") return [];
    return target.source.url === source.url ? [{ source, name: target.name, commit: target.source.commit }] : [];
  });
}

/**
 * The commits that a new lock keeps, by `gitAskKey`: those of the old locks, but for refs from which a package is to be updated.
 * All packages of one ref move together.
 */
export function keptCommits(
  locks: readonly Lockfile[],
  unlocked: ReadonlySet<PackageName> | "all" | undefined,
): ReadonlyMap<string, string> {
  if (unlocked === "all") return new Map();
  const released = new Set([...(unlocked ?? [])].map(packageNameKey));
  const kept = locks
    .flatMap((lock) => [...lockedRefs(lock)])
    .filter(([, { names }]) => !names.some((name) => released.has(packageNameKey(name))));
  // The first lock counts where two sides of a merge differ.
  return new Map(kept.reverse().map(([key, { commit }]) => [key, commit]));
}
