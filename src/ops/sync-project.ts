import { mapConcurrent } from "../core/concurrency.ts";
import { closureOf } from "../pm/lockfile/closure.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { LinkMode, VerifyMode } from "../pm/materialize/materializer.ts";
import { archiveFor, closurePackages } from "./closure-packages.ts";
import { closureFetch } from "./fetch-closure.ts";
import type { LockHold } from "./lock-hold.ts";
import { lockProject, type LockResult, unchangedLock } from "./lock-project.ts";
import type { MemberClosure } from "./lock-verdict.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { manifestProof } from "./prove-manifest.ts";
import type { CachePorts, FolderPorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import { lockIfFresh } from "./read-lock.ts";

/** What is to be linked, and how. */
export interface SyncWish {
  readonly prod: boolean;
  readonly linkMode: LinkMode;
  readonly verify: VerifyMode;
}

export interface SyncOptions extends SyncWish {
  readonly hold: LockHold;
  /** Whose `.vox_modules` are made; a workspace's root stands for all its members. */
  readonly members: readonly WorkspaceMember[];
}

/** Each count is of packages, over all members. */
export interface SyncResult {
  readonly packages: number;
  readonly fetched: number;
  readonly linked: number;
  readonly verified: number;
}

/** What was done, and what it was done for. */
export interface Synced {
  readonly counts: SyncResult;
  readonly lock: LockResult;
  /** The members' closures, where the lock alone says what is in them. */
  readonly closures: readonly MemberClosure[] | undefined;
}

type SyncPorts = FolderPorts & CachePorts & GitPorts & ImagePorts & RunPorts;

const NOTHING_SYNCED: SyncResult = { packages: 0, fetched: 0, linked: 0, verified: 0 };

/**
 * Makes `.vox_modules` hold what the lock names, and nothing else (contracts, §3 "Materialization").
 * A fresh lock is taken as it is: it is `lock` that asks registries whether they still hold what is locked.
 * @throws {VoxError} as `lockProject`, and CONTENT_MISSING, CACHE_CORRUPT, ARCHIVE_INVALID, CANNOT_WRITE
 */
export async function syncProject(project: OpenProject, options: SyncOptions, ports: SyncPorts): Promise<Synced> {
  const fresh = await lockIfFresh(project.files, project.desired);
  const lock = fresh ? unchangedLock(fresh) : await lockProject(project, options.hold, ports);
  const members = await mapConcurrent(options.members, 1, (member) => syncMember(project, lock.lock, member, options, ports));
  return {
    lock,
    counts: members.map(({ counts }) => counts).reduce(addCounts, NOTHING_SYNCED),
    closures: members.every(({ isLocked }) => isLocked) ? members.map(({ closure }) => closure) : undefined,
  };
}

interface SyncedMember {
  readonly counts: SyncResult;
  readonly closure: MemberClosure;
  /** Whether every archive in it is named by the lock. */
  readonly isLocked: boolean;
}

async function syncMember(
  project: OpenProject,
  lock: Lockfile,
  member: WorkspaceMember,
  options: SyncOptions,
  ports: SyncPorts,
): Promise<SyncedMember> {
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
  return {
    counts: { packages: made.packages, fetched, linked: made.linked, verified: made.verified },
    closure: { projectDir, packages: archived },
    isLocked: closure.packages.every(({ source }) => source.kind === "registry"),
  };
}

const addCounts = (left: SyncResult, right: SyncResult): SyncResult => ({
  packages: left.packages + right.packages,
  fetched: left.fetched + right.fetched,
  linked: left.linked + right.linked,
  verified: left.verified + right.verified,
});
