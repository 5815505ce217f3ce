import { canonicalJson } from "../../core/canonical-json.ts";
import { type Digest, digestOf } from "../../core/digest.ts";
import { type PackageName, packageNameKey } from "../../core/package-name.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { activate, type ActiveNode } from "./activate.ts";
import { lockGraph, type LockNode } from "./lock-graph.ts";
import type { LockedPackage, LockedSource, Lockfile } from "./lockfile.ts";
import { formatSource } from "./render-lock.ts";
import { formatFeatureTable, formatRequiresLine } from "./requires-line.ts";

/** What one member needs, computed from the lock alone. */
export interface Closure {
  /** What the member itself depends on; by name. */
  readonly direct: readonly PackageName[];
  /** Dependencies before dependents, else by name. */
  readonly packages: readonly ClosurePackage[];
  /** The image's `dev.vox.lock.digest`, for the production closure. */
  readonly digest: Digest;
}

export interface ClosurePackage {
  readonly name: PackageName;
  /** Absent for folders, whose manifest says it. */
  readonly version?: string;
  readonly source: LockedSource;
  readonly dependencies: readonly PackageName[];
  /** Of git packages: what the lock says that they ask. Their archives are made here, and held to it. */
  readonly wishes?: PackageWishes;
}

/** The lines of a package's entry that its own manifest decides. */
export type PackageWishes = Pick<LockedPackage, "requires" | "featureTable">;

export interface ClosureOptions {
  /** Whether the member's own dev-dependencies count. */
  readonly dev: boolean;
}

/**
 * The packages that a member reaches with its own default features.
 * @throws {VoxError} LOCK_INVALID when the lock lacks one, SOURCE_CONFLICT when two sources claim one name
 */
export function closureOf(lock: Lockfile, memberPath: string, options: ClosureOptions): Closure {
  const graph = lockGraph(lock);
  const member = graph.projects.find((project) => project.path === memberPath);
  if (!member) throw new VoxError("LOCK_STALE", `\`vox.lock\` has no project at \`${memberPath}\``);
  const { nodes, dangling } = activate(graph, [{ node: member, features: ["default"], dev: options.dev }]);
  const missing = dangling[0];
  if (missing)
    throw new VoxError(
      "LOCK_INVALID",
      `\`${missing.owner.name}\` requires \`${missing.requirement.name}\`, which the lock lacks`,
    );
  const reached = [...nodes.values()].filter(({ node }) => node.id !== member.id);
  refuseTwoSources(reached);
  const packages = topological(reached).map(closurePackage);
  return { direct: targetNames(nodes.get(member.id)), packages, digest: closureDigest(packages) };
}

const targetNames = (active: ActiveNode | undefined): readonly PackageName[] =>
  [...new Set([...(active?.edges.values() ?? [])].map((target) => target.name))].sort();

function closurePackage(active: ActiveNode): ClosurePackage {
  const { node } = active;
  const source: LockedSource = node.kind === "project" ? { kind: "path", path: node.path } : node.source;
  const version = node.kind === "package" ? node.version : undefined;
  const dependencies = targetNames(active);
  const wishes = source.kind === "git" ? { wishes: wishesOf(node) } : {};
  return { name: node.name, ...(version === undefined ? {} : { version }), source, dependencies, ...wishes };
}

const wishesOf = ({ requirements, featureTable }: Pick<LockNode, "requirements" | "featureTable">): PackageWishes => ({
  requires: requirements.map(formatRequiresLine).sort(),
  featureTable: formatFeatureTable(featureTable),
});

/** sha256 of `{"packages":[…]}` in canonical JSON, packages by name with their source and content digests. */
function closureDigest(packages: readonly ClosurePackage[]): Digest {
  const entries = sortedByUtf8(packages, (locked) => locked.name).map(({ name, version, source, dependencies }) => ({
    name,
    version,
    source: formatSource(source),
    dependencies,
    content: contentOf(source),
  }));
  return digestOf(canonicalJson({ packages: entries }));
}

function contentOf(source: LockedSource) {
  if (source.kind === "path") return undefined;
  if (source.kind === "git") return [{ "diff-id": source.diffId }];
  const archives = source.archives.kind === "neutral" ? [source.archives.archive] : source.archives.archives;
  return archives.map((archive) => ({
    platform: "platform" in archive ? archive.platform : undefined,
    digest: archive.digest,
    "diff-id": archive.diffId,
  }));
}

function refuseTwoSources(reached: readonly ActiveNode[]): void {
  const seen = new Map<string, LockNode>();
  for (const { node } of reached) {
    const key = packageNameKey(node.name);
    const twin = seen.get(key);
    if (twin) {
      throw new VoxError("SOURCE_CONFLICT", `\`${node.name}\` comes from ${describe(twin)} and from ${describe(node)}`, {
        hint: "ask for it from one source, or add a [patch] for it",
      });
    }
    seen.set(key, node);
  }
}

const describe = (node: LockNode): string =>
  node.kind === "project" ? `\`path+${node.path}\`` : `\`${formatSource(node.source)}\``;

/** Depth first by name; an edge back into a cycle is passed over. */
function topological(reached: readonly ActiveNode[]): ActiveNode[] {
  const byId = new Map(reached.map((active) => [active.node.id, active]));
  const order = new Set<ActiveNode>();
  const entered = new Set<string>();
  const stack = byName(reached).reverse();
  while (stack.length > 0) {
    const active = stack[stack.length - 1];
    if (!active) break;
    if (entered.has(active.node.id)) {
      order.add(active);
      stack.pop();
      continue;
    }
    entered.add(active.node.id);
    const targets = [...active.edges.keys()].flatMap((id) => byId.get(id) ?? []);
    stack.push(...byName(targets.filter((target) => !entered.has(target.node.id))).reverse());
  }
  return [...order];
}

const byName = (nodes: readonly ActiveNode[]): ActiveNode[] => sortedByUtf8(nodes, (active) => active.node.name);
