import { identityLabels } from "../container/plan/labels.ts";
import { ANNOTATION } from "../oci/media-types.ts";
import { manifestFile } from "../pm/manifest/find-workspace.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { ContainerFacts, ManifestFacts } from "../policy/portability/facts.ts";
import type { ContainerIntent } from "../project/deploy-intent.ts";
import type { LockedBaseImage, ProjectIdentity } from "../project/materialized-project.ts";
import type { OpenProject } from "./open-project.ts";

export async function manifestFacts({ files }: OpenProject, member: WorkspaceMember): Promise<ManifestFacts> {
  const file = manifestFile(member.path);
  return { file, text: (await files.readText(file)) ?? "", name: member.manifest.package.name };
}

/** What Vox.toml and the lock say of the image before it is built. */
export function containerFacts(
  container: ContainerIntent,
  identity: ProjectIdentity,
  bases: readonly LockedBaseImage[],
): ContainerFacts {
  const { baseImage, platforms, user, packages, run } = container;
  const base = bases.find(({ reference }) => reference === baseImage);
  const revision = identity.dirty ? undefined : identity.revision;
  return {
    baseImage,
    ...(base && { baseDigest: base.digest }),
    platforms,
    user,
    packages,
    run,
    labels: {
      ...identityLabels(identity),
      ...container.labels,
      ...(revision === undefined ? {} : { [ANNOTATION.revision]: revision }),
    },
  };
}
