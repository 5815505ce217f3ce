import { resolve } from "node:path";
import type { Platform } from "../core/platform.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ClosurePackage } from "../pm/lockfile/closure.ts";
import type { LockedArchive } from "../pm/lockfile/lockfile.ts";
import { formatSource } from "../pm/lockfile/render-lock.ts";
import type { ArchiveBlob, MaterializedPackage } from "../project/materialized-project.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import { gitPackage } from "./locked-git-package.ts";
import { lockedGitArchive } from "./pack-git-package.ts";
import { type InspectContent, packPackage } from "./pack-package.ts";
import type { CachePorts, FolderPorts, GitPorts } from "./ports.ts";

/** How the lock is held, and who sees the files of the workspace's own packages before they are packed. */
export interface ClosureOptions extends LockHold {
  readonly inspect?: InspectContent;
}

type ClosurePorts = FolderPorts & Pick<CachePorts, "layers"> & GitPorts;

/**
 * The packages of a closure with their archives: those of registries as the lock names them, those of git
 * made from the locked commit, folders packed as they are now.
 * @throws {VoxError} CONTENT_MISMATCH, what packing throws, and what git sources throw
 */
export async function closurePackages(
  project: OpenProject,
  closure: readonly ClosurePackage[],
  options: ClosureOptions,
  ports: ClosurePorts,
): Promise<readonly MaterializedPackage[]> {
  const packages: MaterializedPackage[] = [];
  for (const locked of closure) packages.push(await materializedPackage(project, locked, options, ports));
  return packages;
}

async function materializedPackage(
  project: OpenProject,
  locked: ClosurePackage,
  options: ClosureOptions,
  ports: ClosurePorts,
): Promise<MaterializedPackage> {
  const { name, dependencies, source } = locked;
  const common = { name, source: formatSource(source), dependencies };
  switch (source.kind) {
    case "registry": {
      const { archives } = source;
      const version = locked.version ?? "";
      if (archives.kind === "neutral")
        return { ...common, version, archive: { kind: "neutral", blob: blobOf(archives.archive) } };
      const blobs = archives.archives.map((archive) => ({ platform: archive.platform, ...blobOf(archive) }));
      return { ...common, version, archive: { kind: "by-platform", blobs } };
    }
    case "path": {
      const { inspect } = options;
      const packing = { registry: "default", ...(inspect ? { inspect } : {}) };
      const { manifest, archives } = await packPackage(project, localPackage(project, source.path), packing, ports);
      return { ...common, version: manifest.package.version, archive: archives };
    }
    case "git": {
      const blob = await lockedGitArchive(
        gitPackage(locked, source),
        { offline: options.offline, vendored: project.vendored },
        ports,
      );
      return { ...common, version: locked.version ?? "", archive: { kind: "neutral", blob } };
    }
  }
}

/** The archive that a package has for a platform. */
export function archiveFor({ name, version, archive }: MaterializedPackage, platform: Platform): ArchiveBlob {
  if (archive.kind === "neutral") return archive.blob;
  const found = archive.blobs.find((blob) => blob.platform === platform);
  if (found) return found;
  const known = archive.blobs.map((blob) => `\`${blob.platform}\``).join(", ");
  throw new VoxError("BASE_PLATFORM_MISSING", `\`${name}@${version}\` is not made for \`${platform}\`, only for ${known}`);
}

const blobOf = ({ digest, diffId, mediaType, size }: LockedArchive): ArchiveBlob => ({ digest, diffId, mediaType, size });

function localPackage({ workspace, rootDir }: OpenProject, path: string) {
  const found = [...workspace.members, ...workspace.pathPackages].find(
    (local) => resolve(rootDir, local.path) === resolve(rootDir, path),
  );
  if (found) return found;
  throw new VoxError("LOCK_STALE", `\`vox.lock\` names a package in \`${path}\`, and there is none`);
}
