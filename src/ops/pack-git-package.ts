import { COMPRESSOR_NAME } from "../archive/compress.ts";
import type { MadeLayer } from "../container/build/layer-cache.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { digestOf } from "../core/digest.ts";
import { packageNameKey } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { listProjectFiles } from "../pm/files/list-project-files.ts";
import { findPackage, type FoundPackage, neighbourFolders } from "../pm/git/find-package.ts";
import { gitRequirements, gitWishes } from "../pm/git/git-requirements.ts";
import { GitSession } from "../pm/git/git-session.ts";
import { formatCommit, type GitCommit } from "../pm/git/git-sources.ts";
import type { RepositoryTree } from "../pm/git/repository-tree.ts";
import { normalisedManifestText } from "../pm/manifest/normalise-manifest.ts";
import type { ArchiveBlob } from "../project/materialized-project.ts";
import { makeArchive } from "./pack-package.ts";
import type { LockedGitPackage } from "./locked-git-package.ts";
import type { CachePorts, GitPorts } from "./ports.ts";
import type { Vendored } from "./vendored.ts";
import { vendoredGitArchive } from "./vendored-archive.ts";

/** Raised when the archive of the same commit changes. */
const GIT_PACK_FORMAT = 1;

type PackPorts = Pick<CachePorts, "layers">;

/**
 * Makes the canonical archive of a package of a commit, by the rules of a package in a folder (contracts, §4). Nothing of the
 * repository runs: no filter, no build step.
 * @throws {VoxError} ARCHIVE_PATH, FILE_KIND, GIT_REFUSED, PLATFORM_UNDECLARED, COMPRESSOR_DIFFERS
 */
export async function packGitPackage(
  at: GitCommit,
  found: FoundPackage,
  session: GitSession,
  ports: PackPorts,
): Promise<ArchiveBlob> {
  const tree = await session.tree(at);
  const { name, include, exclude } = found.manifest.package;
  const { files } = await listProjectFiles(tree.projectFolder(found.folder), {
    include,
    exclude,
    outputFolders: await neighbourFolders(tree, found),
    symlinks: "refuse",
    outerRules: await tree.outerRules(found.folder),
  });
  const manifestText = await archivedText(tree, found, at);
  const placed = files.map((source) => ({ path: source.path, source }));
  const job = { name, manifestText, files: placed, opened: { reader: tree.reader(found.folder) }, platforms: [] };
  const made = await makeArchive(job, ports);
  await ports.layers.record(packKey(at, { ...found.manifest.package, wishes: gitWishes(found, at) }), made);
  return blobOf(made);
}

/** Where the archive of a git package may come from besides the cache. */
export interface GitArchiveSources {
  readonly offline: boolean;
  readonly vendored: Vendored;
}

/**
 * The archive of a locked git package: as it was made before, as the project carries it, or made again from the locked commit, and what the lock says.
 * @throws {VoxError} CONTENT_MISMATCH, OFFLINE_UNPROVABLE, and what packing and `GitSources` throw
 */
export async function lockedGitArchive(
  locked: LockedGitPackage,
  { offline, vendored }: GitArchiveSources,
  ports: PackPorts & GitPorts,
): Promise<ArchiveBlob> {
  const { name, source } = locked;
  const made = await ports.layers.find(packKey(source, locked));
  if (made?.diffId === source.diffId) return blobOf(made);
  const carried = await vendoredGitArchive(locked, vendored, ports);
  if (carried) {
    await ports.layers.record(packKey(source, locked), carried);
    return blobOf(carried);
  }
  await using session = new GitSession(ports.gitSources, { offline });
  const found = await findPackage(await session.tree(source), name, source);
  refuseOtherWishes(locked, found);
  const blob = await packGitPackage(source, found, session, ports);
  if (blob.diffId === source.diffId) return blob;
  throw new VoxError(
    "CONTENT_MISMATCH",
    `\`${name}\` of \`${formatCommit(source)}\` hashes to \`${blob.diffId}\`, and vox.lock says \`${source.diffId}\``,
    { place: { file: "vox.lock" }, hint: `run \`vox update ${name}\` if nobody edited vox.lock` },
  );
}

/** A changed line of vox.lock must not add to what a package brings in. */
function refuseOtherWishes({ name, version, source, wishes }: LockedGitPackage, found: FoundPackage): void {
  const own = [found.manifest.package.version, gitWishes(found, source)];
  if (canonicalJson(own) === canonicalJson([version, wishes])) return;
  throw new VoxError(
    "ARCHIVE_METADATA_MISMATCH",
    `\`${name}\` of \`${formatCommit(source)}\` asks for something else than vox.lock says`,
    {
      place: { file: "vox.lock" },
      hint: `remove its entry from vox.lock and run \`vox lock\``,
    },
  );
}

/** A commit's id stands for its content, which the lock's diff-id proves once more; what the lock says of it was proved when it was made. */
const packKey = ({ url, commit }: GitCommit, { name, version, wishes }: Omit<LockedGitPackage, "source">) =>
  digestOf(
    canonicalJson({
      kind: "git-package",
      format: GIT_PACK_FORMAT,
      url,
      commit,
      name: packageNameKey(name),
      version,
      wishes,
      compressor: COMPRESSOR_NAME.gzip,
    }),
  );

/** The Vox.toml that the archive holds: path dependencies by the version that stands in the same commit. */
async function archivedText(tree: RepositoryTree, found: FoundPackage, at: GitCommit): Promise<string> {
  const versions = new Map<string, string>();
  for (const { requirement } of gitRequirements(found, at).neighbours) {
    const { manifest } = await findPackage(tree, requirement.name, at);
    versions.set(packageNameKey(requirement.name), manifest.package.version);
  }
  return normalisedManifestText(found.manifest, { versionOf: (name) => versions.get(packageNameKey(name)) });
}

const blobOf = ({ descriptor: { digest, mediaType, size }, diffId }: MadeLayer): ArchiveBlob => ({
  digest,
  mediaType,
  size,
  diffId,
});
