import type { Repository } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatRepository, type ImageReference } from "../oci/reference.ts";
import type { ProjectImage } from "./build-project-image.ts";
import type { DeploymentGate } from "./deployment-gate.ts";
import type { ImageSigning } from "./sign-image.ts";

export interface PublishedDeployment {
  readonly built: ProjectImage;
  readonly repository: ImageReference;
  readonly signing: ImageSigning | undefined;
  readonly gate: DeploymentGate | undefined;
}

/**
 * Says of an image that a registry holds what is to be said, then has the gate look at what is there.
 * @throws {VoxError} ATTESTATION_INVALID, POLICY_REFUSED, and what the repository throws
 */
export async function attestPublished(
  { built, gate, signing, repository }: PublishedDeployment,
  store: Repository,
  root: Descriptor,
): Promise<void> {
  await signing?.attest(store, { ...built, image: { ...built.image, root } });
  const name = formatRepository(repository);
  await gate?.pushed({ repository: store, target: root.digest, reference: `${name}@${root.digest}`, name }, signing?.signer);
}
