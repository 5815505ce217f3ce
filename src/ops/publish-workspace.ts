import { VoxError } from "../errors/vox-error.ts";
import type { LockedArchives } from "../pm/lockfile/lockfile.ts";
import { DEPENDABLE_KINDS } from "../pm/manifest/manifest.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import { publishingOrder } from "../pm/manifest/publishing-order.ts";
import type { PackageArtifact } from "../pm/registry/package-artifact.ts";
import { PackageRegistry } from "../pm/registry/package-registry.ts";
import { refuseExistingVersion } from "../pm/registry/publish.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { preparePublication, type PreparePorts, type Publication, type PublishOptions } from "./prepare-publication.ts";
import { refuseOtherSpelling } from "./refuse-other-spelling.ts";
import { publishResult, type PublishResult, pushPublication } from "./publish-package.ts";

interface Candidate {
  readonly publication: Publication;
  /** The registry holds it already, with the same content: an earlier run came so far. */
  readonly isThere: boolean;
}

/**
 * Publishes every member that others may depend on, a dependency before what needs it. Each one is made and checked before the first is
 * pushed; what an earlier run published with the same content is passed over, so that a run that broke off can be repeated.
 * @throws {VoxError} PUBLISH_REFUSED when there is none, and as `publishMember`
 */
export async function publishWorkspace(
  project: OpenProject,
  options: PublishOptions,
  ports: PreparePorts,
): Promise<readonly PublishResult[]> {
  const candidates: Candidate[] = [];
  for (const member of membersInOrder(project)) {
    const publication = await preparePublication(project, member, options, ports);
    candidates.push({ publication, isThere: await isPublished(project, publication.artifact, options, ports) });
  }
  const results: PublishResult[] = [];
  for (const { publication, isThere } of candidates) {
    const isNew = !isThere && !options.dryRun;
    if (isNew) await pushPublication(project, publication, options, ports);
    if (isThere) ports.onEvent({ kind: "step", message: `${nameOf(publication)} is published already, with the same content` });
    results.push(publishResult(project, publication, options, { published: isNew }));
  }
  return results;
}

function membersInOrder({ workspace }: OpenProject): readonly WorkspaceMember[] {
  const members = workspace.members.filter(({ manifest }) => DEPENDABLE_KINDS.has(manifest.package.kind));
  if (members.length > 0) return publishingOrder(members);
  throw new VoxError("PUBLISH_REFUSED", "the workspace has no member that another package could depend on", {
    hint: "run `vox pm publish --package NAME` to publish one all the same",
  });
}

const nameOf = ({ artifact: { metadata } }: Publication): string => `\`${metadata.name}@${metadata.version}\``;

/** @throws {VoxError} VERSION_EXISTS when the registry holds something else under that version */
async function isPublished(
  project: OpenProject,
  artifact: PackageArtifact,
  { registry }: PublishOptions,
  ports: RunPorts,
): Promise<boolean> {
  const { name, version } = artifact.metadata;
  const { signal } = ports;
  await refuseOtherSpelling(project.registries, registry, name, ports);
  const repository = project.registries.repository(registry, name);
  const source = new PackageRegistry({ name: registry, repositoryFor: () => repository });
  const release = await source.release(name, version, { signal });
  if (release && sameContent(artifact, release.archives)) return true;
  await refuseExistingVersion(repository, name, version, { signal });
  return false;
}

/** Metadata follows from the archive. */
function sameContent({ images }: PackageArtifact, there: LockedArchives): boolean {
  const archives = there.kind === "neutral" ? [{ platform: undefined, ...there.archive }] : there.archives;
  const known = new Map(archives.map(({ platform, digest }) => [platform, digest]));
  return known.size === images.length && images.every(({ platform, archive }) => known.get(platform) === archive.digest);
}
