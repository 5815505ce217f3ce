import { type Digest, digestOf } from "../core/digest.ts";
import type { PackageName } from "../core/package-name.ts";
import { isVoxError } from "../errors/vox-error.ts";
import { buildLock, type ChosenPackage } from "../pm/lockfile/build-lock.ts";
import { diffLocks, type LockDiff } from "../pm/lockfile/diff-locks.ts";
import type { LockedPackage, Lockfile } from "../pm/lockfile/lockfile.ts";
import { renderLock } from "../pm/lockfile/render-lock.ts";
import { staleReasons } from "../pm/lockfile/staleness.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { SignerPorts } from "./prove-signers.ts";
import { requireSigners } from "./require-signers.ts";
import { resolutionError } from "../pm/resolver/failure.ts";
import type { LocalPackage, ResolveRequest } from "../pm/resolver/request.ts";
import type { ResolvedPackage } from "../pm/resolver/resolution.ts";
import type { ResolveOutcome } from "../pm/resolver/resolve.ts";
import { resolveWith } from "../pm/resolver/resolve-with.ts";
import { lockBaseImages } from "./lock-base-images.ts";
import { GitLocking, type GitLockPorts } from "./lock-git.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { ImagePorts, RunPorts } from "./ports.ts";
import { proveHints } from "./prove-hints.ts";
import { wishLines } from "./prove-manifest.ts";
import { ageRule } from "./age-rule.ts";
import { freshLock, LOCK_FILE, type OldLock, type ReadLock, readOldLock } from "./read-lock.ts";
import { refuseTwoSpellings } from "./refuse-two-spellings.ts";
import { refuseChangedContent, RegistryReleases } from "./registry-releases.ts";

export interface LockResult {
  readonly lock: Lockfile;
  /** sha256 of vox.lock's bytes. */
  readonly digest: Digest;
  readonly changed: boolean;
  readonly diff: LockDiff;
}

/** What `vox update` asks beyond what the manifests do. */
export interface UpdateRequest {
  /** Names whose locked version is not kept; `all` for a plain `vox update`. */
  readonly unlocked: ResolveRequest["unlocked"];
  /** The one version allowed for a name. */
  readonly precise?: ReadonlyMap<PackageName, string>;
  /** Whether the tags of base images are asked again. */
  readonly baseImages: boolean;
}

export type LockPorts = Pick<ImagePorts, "imageRepository" | "imageLayout" | "now"> & GitLockPorts & SignerPorts;

/**
 * Makes vox.lock say what the manifests ask, keeping locked versions where they fit; held as locked it is only checked (contracts, §3).
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, LOCK_INVALID, NO_SOLUTION, PACKAGE_UNKNOWN, REGISTRY_CONTENT_CHANGED, OFFLINE_UNPROVABLE
 */
export async function lockProject(
  project: OpenProject,
  hold: LockHold,
  ports: LockPorts,
  update?: UpdateRequest,
): Promise<LockResult> {
  const { text, ...result } = await planLock(project, hold, ports, update);
  if (result.changed) await project.files.writeAtomic(LOCK_FILE, text);
  return result;
}

/** The lock that is to be written; nothing is. */
export interface PlannedLock extends LockResult {
  readonly text: string;
}

/** Does all of `lockProject` but write. */
export async function planLock(
  project: OpenProject,
  hold: LockHold,
  ports: LockPorts,
  update?: UpdateRequest,
): Promise<PlannedLock> {
  const { files, desired } = project;
  if (hold.mode !== "default") return unchangedLock(await freshLock(files, desired));
  const old = await readOldLock(files);
  const locked = versionsOf(old?.packages ?? []);
  const age = ageRule(project.workspace, ports);
  const releases = new RegistryReleases(project.registries, { ...ports, offline: hold.offline, locked, ...(age && { age }) });
  await using git = new GitLocking(hold, ports);
  const chosen =
    old?.lock && update?.unlocked === undefined && staleReasons(old.lock, desired).length === 0
      ? await keptPackages(old.lock, releases, ports)
      : await resolvedPackages(project, old, { releases, git }, ports, update);
  const baseImages = await lockBaseImages(project, update?.baseImages ? [] : (old?.baseImages ?? []), hold, ports);
  const { lock } = buildLock(desired, chosen, baseImages);
  await git.warnMovedTags(lock);
  await requireSigners(project, lock.packages, hold, ports);
  const text = renderLock(lock);
  ports.signal.throwIfAborted();
  return { lock, text, digest: digestOf(text), changed: text !== old?.text, diff: diffLocks(old?.lock, lock) };
}

/** A lock that stays as it was read. */
export const unchangedLock = (read: ReadLock): PlannedLock => ({
  ...read,
  changed: false,
  diff: diffLocks(read.lock, read.lock),
});

/** A fresh lock needs no resolution; registries that answer are held to what it says. */
async function keptPackages(lock: Lockfile, releases: RegistryReleases, ports: RunPorts): Promise<readonly ChosenPackage[]> {
  const chosen = lock.packages.filter(({ source }) => source.kind !== "path");
  try {
    await refuseChangedContent(chosen, releases);
  } catch (error) {
    if (!isVoxError(error) || !SILENCE.has(error.code)) throw error;
    const message = `the registries could not be asked whether they still hold what is locked: ${error.message}`;
    ports.onEvent({ kind: "warning", code: error.code, message });
  }
  return chosen;
}

const SILENCE: ReadonlySet<string> = new Set(["REGISTRY_UNAVAILABLE", "REGISTRY_RATE_LIMITED", "OFFLINE_UNPROVABLE"]);

/** Where versions and commits come from. */
interface LockSources {
  readonly releases: RegistryReleases;
  readonly git: GitLocking;
}

async function resolvedPackages(
  { workspace }: OpenProject,
  before: OldLock | undefined,
  { releases, git }: LockSources,
  { onEvent }: RunPorts,
  update?: UpdateRequest,
): Promise<readonly ChosenPackage[]> {
  const old = before?.packages ?? [];
  const folders = [
    ...workspace.members.map((member) => localPackage(member, true)),
    ...workspace.pathPackages.map((found) => localPackage(found, false)),
  ];
  const fromGit = await git.load({ workspace, locals: folders, old: before?.sides ?? [], unlocked: update?.unlocked });
  const locals = [...folders, ...fromGit];
  const request = { locals, patches: workspace.patches, preferred: versionsOf(old), ...wishesOf(update) };
  for (;;) {
    const outcome = await resolveByTagsToo(request, releases);
    // An index may be behind: only what the tags cannot satisfy has no solution.
    if (outcome.kind !== "resolved" && (await releases.distrustIndexes())) continue;
    if (outcome.kind !== "resolved") throw resolutionError(outcome);
    await refuseTwoSpellings(outcome.resolution, locals, (registry, name) => releases.publishedName(registry, name));
    const chosen = await Promise.all(outcome.resolution.packages.map((resolved) => chosenPackage(resolved, { releases, git })));
    const packages = chosen.flat();
    await refuseChangedContent(stillLocked(old, packages), releases);
    if (await proveHints(packages, old, releases, onEvent)) return packages;
    await releases.distrustIndexes();
  }
}

/** An index may list a version that its registry does not have: then the tags are asked. */
async function resolveByTagsToo(request: ResolveRequest, releases: RegistryReleases): Promise<ResolveOutcome> {
  try {
    return await resolveWith(request, releases);
  } catch (error) {
    if (!isVoxError(error, "CONTENT_MISSING") || !(await releases.distrustIndexes())) throw error;
    return resolveWith(request, releases);
  }
}

const versionsOf = (packages: readonly LockedPackage[]): ReadonlyMap<PackageName, string> =>
  new Map(packages.flatMap(({ name, version }) => (version === undefined ? [] : [[name, version] as const])));

const wishesOf = (update: UpdateRequest | undefined): Pick<ResolveRequest, "unlocked" | "precise"> => ({
  ...(update?.unlocked && { unlocked: update.unlocked }),
  ...(update?.precise && { precise: update.precise }),
});

const localPackage = ({ path, manifest }: Pick<WorkspaceMember, "path" | "manifest">, isMember: boolean): LocalPackage => ({
  name: manifest.package.name,
  version: manifest.package.version,
  kind: manifest.package.kind,
  requirements: manifest.requirements,
  features: manifest.features,
  source: { kind: "path", path },
  isMember,
});

/** Folders are not chosen: the manifests name them. */
async function chosenPackage(resolved: ResolvedPackage, { releases, git }: LockSources): Promise<readonly ChosenPackage[]> {
  const { source, name, version } = resolved;
  if (source.kind === "git") return [await git.choose(resolved)];
  if (source.kind === "path") return [];
  const { archives, requirements, features } = await releases.release(source.registry, name, version);
  return [
    {
      name,
      version,
      source: { kind: "registry", registry: source.registry, archives },
      ...wishLines({ requirements, features }),
    },
  ];
}

/** Locked entries whose version was chosen again: their content may not differ. */
function stillLocked(old: readonly LockedPackage[], chosen: readonly ChosenPackage[]): readonly LockedPackage[] {
  const versions = new Map(chosen.map(({ name, version }) => [name, version]));
  return old.filter(({ name, version }) => version !== undefined && versions.get(name) === version);
}
