import type { Platform } from "../core/platform.ts";
import type { ClosurePackage } from "../pm/lockfile/closure.ts";
import { fetchBlob, fetchBlobs, type FetchOptions, type FetchResult } from "../pm/fetch/fetch-blobs.ts";
import { fetchPlan } from "../pm/fetch/fetch-plan.ts";
import type { ArchivedPackage } from "../pm/materialize/closure.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import { gitPackage } from "./locked-git-package.ts";
import { lockedGitArchive } from "./pack-git-package.ts";
import { requireSigners } from "./require-signers.ts";
import type { CachePorts, GitPorts, RunPorts } from "./ports.ts";

/** Brings the blobs of a closure into the cache, one way for all and one for a single package that was found spoilt. */
export interface ClosureFetch {
  all(): Promise<FetchResult>;
  again(entry: ArchivedPackage): Promise<void>;
}

export interface ClosureFetchOptions {
  readonly hold: LockHold;
  /** All that there are unless said. */
  readonly platforms?: readonly Platform[];
  /** Judges each archive that comes; absent where unpacking does it. */
  readonly prove?: FetchOptions["prove"];
}

export function closureFetch(
  project: OpenProject,
  closure: readonly ClosurePackage[],
  options: ClosureFetchOptions,
  ports: Pick<CachePorts, "cache" | "layers" | "facts"> & GitPorts & RunPorts,
): ClosureFetch {
  const plan = fetchPlan(closure, options.platforms);
  const fetchOptions: FetchOptions = {
    cache: ports.cache,
    repositoryFor: (registry, name) => project.registries.reader(registry, name),
    carried: () => project.vendored.layout(),
    offline: options.hold.offline,
    ...(options.prove && { prove: options.prove }),
    signal: ports.signal,
    onEvent: ports.onEvent,
  };
  return {
    async all() {
      await requireSigners(project, closure, options.hold, ports);
      return fetchBlobs(plan, fetchOptions);
    },
    async again(entry) {
      const item = plan.items.find(({ archive }) => archive.digest === entry.digest);
      if (item) return fetchBlob(item, fetchOptions);
      const fromGit = closure.find(({ name }) => name === entry.name);
      if (fromGit?.source.kind === "git")
        await lockedGitArchive(gitPackage(fromGit, fromGit.source), { ...options.hold, vendored: project.vendored }, ports);
    },
  };
}
