import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { formatRegistryLocation } from "../pm/registry/location.ts";
import { publishPackage, refuseExistingVersion } from "../pm/registry/publish.ts";
import { versionTag } from "../pm/registry/version-tag.ts";
import { recordInIndex } from "./index-registry.ts";
import { listMemberFiles } from "./member-files.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, FolderPorts, ImagePorts, RunPorts } from "./ports.ts";
import { preparePublication, type PreparePorts, type Publication, type PublishOptions } from "./prepare-publication.ts";
import { refuseOtherSpelling } from "./refuse-other-spelling.ts";
import { packageSignatures } from "./sign-package.ts";
import { markedListing, type MarkedPath } from "./scan-secrets.ts";

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
  /** The manifest of the record that is attached to it. */
  readonly provenance: string;
  readonly published: boolean;
}

/**
 * Publishes a member as a version of its package: the archive, its config, its manifest, its provenance, then the tag (contracts, §§4, 5).
 * @throws {VoxError} VERSION_EXISTS, PUBLISH_RACE and what `preparePublication` throws
 */
export async function publishMember(
  project: OpenProject,
  member: WorkspaceMember,
  options: PublishOptions,
  ports: PreparePorts,
): Promise<PublishResult> {
  const publication = await preparePublication(project, member, options, ports);
  if (options.dryRun) await refusePublished(project, publication, options, ports);
  else await pushPublication(project, publication, options, ports);
  return publishResult(project, publication, options, { published: !options.dryRun });
}

/** Asks the registry, and leaves it as it is. */
async function refusePublished(
  project: OpenProject,
  { artifact }: Publication,
  { registry }: PublishOptions,
  ports: RunPorts,
): Promise<void> {
  const { name, version } = artifact.metadata;
  const { signal } = ports;
  await refuseOtherSpelling(project.registries, registry, name, ports);
  await refuseExistingVersion(project.registries.repository(registry, name), name, version, { signal });
}

/** @throws {VoxError} VERSION_EXISTS, PUBLISH_RACE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED */
export async function pushPublication(
  project: OpenProject,
  { artifact, record }: Publication,
  { registry, signer }: PublishOptions,
  ports: Pick<CachePorts, "cache"> & Pick<ImagePorts, "created"> & RunPorts,
): Promise<void> {
  const { name } = artifact.metadata;
  await refuseOtherSpelling(project.registries, registry, name, ports);
  const repository = project.registries.repository(registry, name, "push");
  const signatures = signer ? await packageSignatures(artifact, signer, ports) : [];
  await publishPackage(repository, artifact, ports.cache, { signal: ports.signal, records: [record, ...signatures] });
  await recordInIndex(project.registries, registry, [name], ports);
}

export function publishResult(
  project: OpenProject,
  { artifact, record }: Publication,
  { registry }: PublishOptions,
  { published }: { readonly published: boolean },
): PublishResult {
  const { name, version } = artifact.metadata;
  const base = formatRegistryLocation(project.registries.location(registry));
  return {
    name,
    version,
    registry,
    reference: `${base}/${name}:${versionTag(version)}`,
    manifest: artifact.root.descriptor.digest,
    archives: artifact.images.map(({ platform, archive: { digest, diffId, size } }) => ({
      ...(platform === undefined ? {} : { platform }),
      digest,
      diffId,
      size,
    })),
    provenance: record.manifest.descriptor.digest,
    published,
  };
}

/** The files of a member with reasons, for `--list`. */
export async function listPackage(
  project: OpenProject,
  member: WorkspaceMember,
  ports: FolderPorts & RunPorts,
): Promise<readonly MarkedPath[]> {
  return markedListing(await listMemberFiles(project, member, { symlinks: "refuse", outputDirs: [] }, ports), ports);
}
