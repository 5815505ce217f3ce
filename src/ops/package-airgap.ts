import { join } from "node:path";
import { writeLayout } from "../container/output/write-layout.ts";
import { hexOf, shortHexOf } from "../core/digest.ts";
import { AIRGAP_TAG, airgapArtifact, type AirgapRollout } from "../deploy/airgap.ts";
import { VoxError } from "../errors/vox-error.ts";
import { copyGraph, type TransferSummary } from "../oci/copy.ts";
import { pushArtifact } from "../oci/file-artifact.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatRepository, parseImageReference, referenceTarget } from "../oci/reference.ts";
import type { Repository } from "../oci/content-store.ts";
import { composeIntentFor } from "../pm/manifest/compose-intent.ts";
import type { ComposeObject } from "../render/compose/compose-object.ts";
import { otherImages, withImages } from "../render/compose/other-images.ts";
import { composeDesiredOf, type ComposePackaging } from "./package-compose.ts";
import type { FolderPorts, ImagePorts, RegistryArchivePorts, RunPorts } from "./ports.ts";
import { desiredOnEngine } from "./roll-out-project.ts";
import type { ImageSigning } from "./sign-image.ts";

/** The folder of the layout in the file. */
export const AIRGAP_LAYOUT = "bundle";

export interface AirgapPackaging extends ComposePackaging {
  readonly signing: ImageSigning | undefined;
  /** Text of vox.lock. */
  readonly lock: string;
  /** The file itself. */
  readonly out: string;
}

type AirgapPorts = ImagePorts & FolderPorts & RegistryArchivePorts & RunPorts;

/**
 * Writes one file that holds all that a machine without a network needs: the image and what is attached to it, the images of the services beside
 * it, the rendered Compose file, the lock and the policy.
 * @throws {VoxError} DEPLOY_UNSUPPORTED for services whose images cannot be carried, CANNOT_WRITE
 */
export async function packageAirgap(packaging: AirgapPackaging, ports: AirgapPorts): Promise<TransferSummary> {
  const { built, deploy, member, lock, signing, out } = packaging;
  const { signal, onEvent } = ports;
  const { others, compose } = await carriedCompose(packaging, ports);
  const desired =
    deploy.target === "compose" ? compose : desiredOnEngine(deploy, { root: built.image.root, image: built.image });
  return ports.writeRegistryArchive(out, async (dir) => {
    const layout = ports.imageLayout(join(dir, AIRGAP_LAYOUT));
    const transfer = await writeLayout(built.image, layout, { tag: deploy.environment, signal, onEvent });
    await signing?.attest(layout, built);
    for (const other of others) await carry(other, layout, ports);
    const rollout: AirgapRollout = {
      imageName: deploy.container.imageName,
      environment: deploy.environment,
      runtime: deploy.runtime,
      desired,
      others: others.map(({ name, root: { digest } }) => ({ name, digest })),
    };
    const policy = JSON.parse(JSON.stringify(member.manifest.deploy?.policy ?? {}));
    const documents = airgapArtifact({ rollout, composeFile: compose.file, lock, policy });
    await pushArtifact(layout, documents, AIRGAP_TAG, { signal });
    await signing?.sign(layout, documents.root.descriptor);
    return transfer;
  });
}

/** An image of another service: what its tag names now, under a name that says so. */
interface CarriedImage {
  readonly source: Repository;
  readonly root: Descriptor;
  readonly name: string;
}

/** The Compose project that names every image by what it is, so that whatever the other side's engine has under a tag does not matter. */
async function carriedCompose(packaging: AirgapPackaging, ports: AirgapPorts) {
  const { deploy, member } = packaging;
  const others: CarriedImage[] = [];
  const { service, services } = composeIntentFor(member.manifest, deploy.environment);
  const choice = { own: service, asked: services };
  const carryOthers = async (user: ComposeObject): Promise<ComposeObject> => {
    if (deploy.target !== "compose") return user;
    const names = new Map<string, string>();
    for (const name of otherImages(user, choice)) {
      const other = await findImage(name, ports);
      others.push(other);
      names.set(name, other.name);
    }
    return withImages(user, choice, names);
  };
  const compose = await composeDesiredOf({ ...packaging, carry: carryOthers }, ports);
  return { others, compose };
}

async function findImage(name: string, { imageRepository, signal }: AirgapPorts): Promise<CarriedImage> {
  const reference = parseImageReference(name);
  const source = imageRepository(reference);
  const root = await source.resolve(referenceTarget(reference), { signal });
  if (!root) throw new VoxError("CONTENT_MISSING", `there is no image \`${name}\``);
  return { source, root, name: `${formatRepository(reference)}:sha256-${hexOf(root.digest)}` };
}

async function carry({ source, root }: CarriedImage, layout: Repository, { signal, onEvent }: AirgapPorts): Promise<void> {
  await copyGraph(source, layout, root, { signal, onEvent });
  await layout.tag(root, `carried-${shortHexOf(root.digest)}`, { signal });
}
