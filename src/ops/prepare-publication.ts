import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { StatementSigner } from "../attest/signer.ts";
import { COMPRESSOR_NAME } from "../archive/compress.ts";
import type { BuilderKind } from "../contracts/provenance.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type PackageManifest } from "../pm/manifest/manifest.ts";
import { packageMetadata } from "../pm/manifest/package-metadata.ts";
import { parseManifest } from "../pm/manifest/parse-manifest.ts";
import { checkPublishable } from "../pm/manifest/publishable.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { INDEX_REPOSITORY } from "../pm/registry/index/index-artifact.ts";
import { packageArtifact, type PackageArtifact, type PackageFacts } from "../pm/registry/package-artifact.ts";
import { type AttachedRecord, type ProvenanceFacts, provenanceRecord } from "../pm/registry/provenance.ts";
import { versionTag } from "../pm/registry/version-tag.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { inspectContent } from "./file-warnings.ts";
import { normalisedText, packPackage } from "./pack-package.ts";
import type { CachePorts, FolderPorts, ImagePorts, RunPorts } from "./ports.ts";
import type { FolderContent } from "./scan-secrets.ts";
import type { SourceRevision } from "./source-revision.ts";

export interface PublishOptions {
  /** As under [registries]. */
  readonly registry: string;
  readonly dryRun: boolean;
  readonly allowDirty: boolean;
  /** Who runs this, for the provenance. */
  readonly builder: BuilderKind;
  /** Signs each version; absent leaves it unsigned. */
  readonly signer?: StatementSigner;
}

/** All that publishing a version puts into its registry; the archives are in the cache. */
export interface Publication {
  readonly member: WorkspaceMember;
  readonly artifact: PackageArtifact;
  readonly record: AttachedRecord;
}

export type PreparePorts = FolderPorts & CachePorts & Pick<ImagePorts, "created" | "now" | "voxVersion"> & RunPorts;

/**
 * Builds, packs and describes a member, and refuses what may not be published; no registry is asked (contracts, §§4, 5).
 * @throws {VoxError} PUBLISH_REFUSED, WORKING_TREE_DIRTY, BUILD_FAILED, SECRET_FOUND, VERSION_INVALID and what packing throws
 */
export async function preparePublication(
  project: OpenProject,
  member: WorkspaceMember,
  options: PublishOptions,
  ports: PreparePorts,
): Promise<Publication> {
  const { registry } = options;
  const { version, build } = member.manifest.package;
  refuseUnpublishable(member.manifest, registry);
  versionTag(version);
  const dir = memberDir(project, member);
  const revision = await ports.git.describe(dir);
  if (!options.allowDirty) refuseDirty(revision);
  if (build.length > 0) await ports.buildStep.run(build, dir);
  const inspect = (content: FolderContent) => inspectContent(content, ports);
  const packed = await packPackage(project, member, { registry, inspect }, ports);
  const metadata = packageMetadata(publishedManifest(normalisedText(project, member.manifest, { registry })));
  const facts = factsOf(member.manifest, revision, ports.created ?? ports.now());
  const artifact = packageArtifact({ metadata, archives: packed.archives, facts });
  return { member, artifact, record: provenanceRecord(artifact, provenanceOf(member.manifest, revision, options, ports)) };
}

/** A workspace is only a folder of members, and the index has its own place. */
function refuseUnpublishable(manifest: PackageManifest, registry: string): void {
  const { kind, name } = manifest.package;
  if (kind === "workspace") {
    throw new VoxError("PUBLISH_REFUSED", `\`${name}\` is a workspace and no package`, {
      hint: "name a member with `--package NAME`",
    });
  }
  if (name === INDEX_REPOSITORY) {
    throw new VoxError("PUBLISH_REFUSED", `\`${name}\` is where a registry keeps its index`, {
      hint: "choose another `name` in Vox.toml",
    });
  }
  checkPublishable(manifest, registry);
}

/** Outside git there is no commit that the package could differ from. */
function refuseDirty({ revision, dirty, untracked }: SourceRevision): void {
  if (revision === undefined || !differsFromCommit({ dirty, untracked })) return;
  const what = dirty ? "tracked files differ from the last commit" : `git does not track \`${untracked[0]}\``;
  throw new VoxError("WORKING_TREE_DIRTY", `the working tree is not clean: ${what}`, {
    hint: "commit the changes, or run `vox pm publish --allow-dirty`",
  });
}

/** Files that git does not track are no part of the commit either. */
const differsFromCommit = ({ dirty, untracked }: Pick<SourceRevision, "dirty" | "untracked">): boolean =>
  dirty || untracked.length > 0;

/** The archive's own manifest, from which the metadata is derived: the reader's rule is the writer's. */
function publishedManifest(text: string): PackageManifest {
  const { manifest } = parseManifest(text, { file: MANIFEST_FILE });
  if (manifest.package) return { ...manifest, package: manifest.package };
  throw new VoxError("INTERNAL", "the normalised manifest has no [package]");
}

/** A package says when it was published, so that a policy can wait for its age; an image says nothing of the clock. */
function factsOf({ package: section }: PackageManifest, revision: SourceRevision, created: string): PackageFacts {
  const { description, license, repository } = section;
  return {
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { license }),
    ...(repository === undefined ? {} : { source: repository }),
    ...(revision.revision === undefined || differsFromCommit(revision) ? {} : { revision: revision.revision }),
    created,
  };
}

function provenanceOf(
  { package: { build, repository } }: PackageManifest,
  revision: SourceRevision,
  { allowDirty, builder }: PublishOptions,
  { voxVersion, created }: PreparePorts,
): ProvenanceFacts {
  const source = revision.revision !== undefined && { revision: revision.revision, dirty: differsFromCommit(revision) };
  return {
    builder,
    voxVersion,
    build,
    allowDirty,
    compressor: COMPRESSOR_NAME.gzip,
    ...(source && { source: { ...source, ...(repository === undefined ? {} : { repository }) } }),
    ...(created === undefined ? {} : { startedOn: created }),
  };
}
