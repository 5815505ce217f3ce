import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type PackageManifest } from "../pm/manifest/manifest.ts";
import { packageMetadata } from "../pm/manifest/package-metadata.ts";
import { parseManifest } from "../pm/manifest/parse-manifest.ts";
import { checkPublishable } from "../pm/manifest/publishable.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { formatRegistryLocation } from "../pm/registry/location.ts";
import { INDEX_REPOSITORY } from "../pm/registry/index/index-artifact.ts";
import { packageArtifact, type PackageFacts } from "../pm/registry/package-artifact.ts";
import { publishPackage } from "../pm/registry/publish.ts";
import { versionTag } from "../pm/registry/version-tag.ts";
import { recordInIndex } from "./index-registry.ts";
import { listMemberFiles } from "./member-files.ts";
import { memberDir, type OpenProject } from "./open-project.ts";
import { normalisedText, packPackage, type PackedPackage } from "./pack-package.ts";
import type { CachePorts, FolderPorts, ImagePorts, RunPorts } from "./ports.ts";
import { refuseOtherSpelling } from "./refuse-other-spelling.ts";
import { type FolderContent, markedListing, type MarkedPath, refuseSecrets } from "./scan-secrets.ts";
import type { SourceRevision } from "./source-revision.ts";

export interface PublishOptions {
  readonly member: WorkspaceMember;
  /** As under [registries]. */
  readonly registry: string;
  readonly dryRun: boolean;
  readonly allowDirty: boolean;
}

/** The document of `pm publish`. */
export interface PublishResult {
  readonly name: string;
  readonly version: string;
  readonly registry: string;
  readonly reference: string;
  /** What the version's tag names. */
  readonly manifest: string;
  readonly archives: readonly {
    readonly platform?: string;
    readonly digest: string;
    readonly diffId: string;
    readonly size: number;
  }[];
  readonly published: boolean;
}

type PublishPorts = FolderPorts & CachePorts & Pick<ImagePorts, "created" | "now"> & RunPorts;

/**
 * Publishes a member as a version of its package: the archive, its config, its manifest, then the tag (contracts, §§4, 5).
 * @throws {VoxError} PUBLISH_REFUSED, VERSION_EXISTS, PUBLISH_RACE, SECRET_FOUND, WORKING_TREE_DIRTY, BUILD_FAILED and what packing throws
 */
export async function publishMember(
  project: OpenProject,
  options: PublishOptions,
  ports: PublishPorts,
): Promise<PublishResult> {
  const { member, registry } = options;
  const location = project.registries.location(registry);
  const { name, version, build } = member.manifest.package;
  refuseUnpublishable(member.manifest, registry);
  const dir = memberDir(project, member);
  const revision = await ports.git.describe(dir);
  if (!options.allowDirty && !options.dryRun) refuseDirty(revision);
  if (build.length > 0) await ports.buildStep.run(build, dir);
  const inspect = (content: FolderContent) => refuseSecrets(content, ports);
  const packed = await packPackage(project, member, { registry, inspect }, ports);
  const metadata = packageMetadata(publishedManifest(normalisedText(project, member.manifest, { registry })));
  const artifact = packageArtifact({
    metadata,
    archives: packed.archives,
    facts: factsOf(member.manifest, revision, ports.created ?? ports.now()),
  });
  if (!options.dryRun) {
    await refuseOtherSpelling(project.registries, registry, name, ports);
    const repository = project.registries.repository(registry, name, "push");
    await publishPackage(repository, artifact, ports.cache, { signal: ports.signal });
    await recordInIndex(project.registries, registry, name, ports);
  }
  return {
    name,
    version,
    registry,
    reference: `${formatRegistryLocation(location)}/${name}:${versionTag(version)}`,
    manifest: descriptorOfRoot(artifact).digest,
    archives: archivesOf(packed),
    published: !options.dryRun,
  };
}

function archivesOf({ archives }: PackedPackage): PublishResult["archives"] {
  const blobs = archives.kind === "neutral" ? [archives.blob] : archives.blobs;
  return blobs.map(({ digest, diffId, size, ...rest }) => ({
    ...("platform" in rest ? { platform: rest.platform } : {}),
    digest,
    diffId,
    size,
  }));
}

/** The files of a member with reasons, for `--list`. */
export async function listPackage(
  project: OpenProject,
  member: WorkspaceMember,
  ports: FolderPorts & RunPorts,
): Promise<readonly MarkedPath[]> {
  return markedListing(await listMemberFiles(project, member, { symlinks: "refuse", outputDirs: [] }, ports), ports);
}

const descriptorOfRoot = ({ root }: ReturnType<typeof packageArtifact>): Descriptor => root.descriptor;

/** An application is deployed, not depended on, and a workspace is only a folder of members. */
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
  if (revision === undefined || (!dirty && untracked.length === 0)) return;
  const what = dirty ? "tracked files differ from the last commit" : `git does not track \`${untracked[0]}\``;
  throw new VoxError("WORKING_TREE_DIRTY", `the working tree is not clean: ${what}`, {
    hint: "commit the changes, or run `vox pm publish --allow-dirty`",
  });
}

/** The archive's own manifest, from which the metadata is derived: the reader's rule is the writer's. */
function publishedManifest(text: string): PackageManifest {
  const { manifest } = parseManifest(text, { file: "Vox.toml" });
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
    ...(revision.revision === undefined || revision.dirty ? {} : { revision: revision.revision }),
    created,
  };
}
