import { mapConcurrent } from "../core/concurrency.ts";
import { closureOf } from "../pm/lockfile/closure.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { LinkMode, VerifyMode } from "../pm/materialize/materializer.ts";
import { archiveFor, closurePackages } from "./closure-packages.ts";
import { closureFetch } from "./fetch-closure.ts";
import type { LockHold } from "./lock-hold.ts";
import { lockProject } from "./lock-project.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { manifestProof } from "./prove-manifest.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";

export interface SyncOptions {
  readonly hold: LockHold;
  /** Whose `.vox_modules` are made; a workspace's root stands for all its members. */
  readonly members: readonly WorkspaceMember[];
  readonly prod: boolean;
  readonly linkMode: LinkMode;
  readonly verify: VerifyMode;
}

/** Each count is of packages, over all members. */
export interface SyncResult {
  readonly packages: number;
  readonly fetched: number;
  readonly linked: number;
  readonly verified: number;
}

type SyncPorts = FolderPorts & CachePorts & GitPorts & ImagePorts & RunPorts;

const NOTHING: SyncResult = { packages: 0, fetched: 0, linked: 0, verified: 0 };

/**
 * Makes `.vox_modules` hold what the lock names, and nothing else (contracts, §3 "Materialization").
 * @throws {VoxError} as `lockProject`, and CONTENT_MISSING, CACHE_CORRUPT, ARCHIVE_INVALID, CANNOT_WRITE
 */
export async function syncProject(project: OpenProject, options: SyncOptions, ports: SyncPorts): Promise<SyncResult> {
  const { lock } = await lockProject(project, options.hold, ports);
  const results = await mapConcurrent(options.members, 1, (member) => syncMember(project, lock, member, options, ports));
  return results.reduce(sum, NOTHING);
}

async function syncMember(
  project: OpenProject,
  lock: Lockfile,
  member: WorkspaceMember,
  options: SyncOptions,
  ports: SyncPorts,
): Promise<SyncResult> {
  const closure = closureOf(lock, member.path, { dev: !options.prod });
  const packages = await closurePackages(project, closure.packages, options.hold, ports);
  const archived = packages.map((item) => ({
    name: item.name,
    version: item.version,
    ...archiveFor(item, ports.hostPlatform),
  }));
  const fetch = closureFetch(project, closure.packages, { hold: options.hold, platforms: [ports.hostPlatform] }, ports);
  const fetched = ports.materializer.holds(archived) ? 0 : (await fetch.all()).fetched;
  const { linkMode, verify } = options;
  const { signal, onEvent } = ports;
  const projectDir = memberDir(project, member);
  const made = await ports.materializer.materialize({
    packages: archived,
    projectDir,
    linkMode,
    verify,
    signal,
    onEvent,
    refetch: fetch.again,
    proveManifest: manifestProof(lock),
  });
  return { packages: made.packages, fetched, linked: made.linked, verified: made.verified };
}

const sum = (left: SyncResult, right: SyncResult): SyncResult => ({
  packages: left.packages + right.packages,
  fetched: left.fetched + right.fetched,
  linked: left.linked + right.linked,
  verified: left.verified + right.verified,
});
