import { packageNameKey } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { gitWishes } from "../pm/git/git-requirements.ts";
import { GitSession } from "../pm/git/git-session.ts";
import { keptCommits } from "../pm/git/locked-commits.ts";
import type { ChosenPackage } from "../pm/lockfile/build-lock.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import type { Workspace } from "../pm/manifest/workspace.ts";
import type { LocalPackage, ResolveRequest } from "../pm/resolver/request.ts";
import type { ResolvedPackage } from "../pm/resolver/resolution.ts";
import { type GitPackage, loadGitPackages } from "./git-packages.ts";
import type { LockHold } from "./lock-hold.ts";
import { warnMovedTags } from "./moved-tags.ts";
import { packGitPackage } from "./pack-git-package.ts";
import type { CachePorts, GitPorts, RunPorts } from "./ports.ts";

export type GitLockPorts = GitPorts & Pick<CachePorts, "layers"> & RunPorts;

/** What a new lock is to know of git. */
export interface GitLockSearch {
  readonly workspace: Workspace;
  /** Members and folders. */
  readonly locals: readonly LocalPackage[];
  /** Locks whose commits are kept. */
  readonly old: readonly Lockfile[];
  readonly unlocked: ResolveRequest["unlocked"];
}

/** The part of git in making one lock: which packages it offers to the resolver, and what is locked of those that were chosen. */
export class GitLocking implements AsyncDisposable {
  readonly #session: GitSession;
  readonly #ports: GitLockPorts;
  readonly #offline: boolean;
  #packages: ReadonlyMap<string, GitPackage> = new Map();

  constructor({ offline }: LockHold, ports: GitLockPorts) {
    this.#session = new GitSession(ports.gitSources, { offline });
    this.#ports = ports;
    this.#offline = offline;
  }

  /** The packages that git requirements lead to; see `loadGitPackages`. */
  async load({ workspace, locals, old, unlocked }: GitLockSearch): Promise<readonly LocalPackage[]> {
    const packages = await loadGitPackages({ workspace, locals, kept: keptCommits(old, unlocked) }, this.#session);
    this.#packages = new Map(packages.map((item) => [packageNameKey(item.local.name), item]));
    return packages.map(({ local }) => local);
  }

  /** What the lock says of a package that came from `load`: its archive is made, so that its diff-id is known. */
  async choose({ name, version }: ResolvedPackage): Promise<ChosenPackage> {
    const chosen = this.#packages.get(packageNameKey(name));
    if (!chosen) throw new VoxError("INTERNAL", `\`${name}\` was chosen from a repository that was not read`);
    const { at, found } = chosen;
    const { diffId } = await packGitPackage(at, found, this.#session, this.#ports);
    return { name, version, source: { kind: "git", ...at, diffId }, ...gitWishes(found, at) };
  }

  /** Says which locked tags have moved, where the network may be asked. */
  async warnMovedTags(lock: Lockfile): Promise<void> {
    if (!this.#offline) await warnMovedTags(lock, this.#session, this.#ports);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#session[Symbol.asyncDispose]();
  }
}
