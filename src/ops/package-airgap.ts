import { join } from "node:path";
import { writeLayout } from "../container/output/write-layout.ts";
import { AIRGAP_TAG, airgapArtifact, type AirgapRollout } from "../deploy/airgap.ts";
import { VoxError } from "../errors/vox-error.ts";
import { copyGraph, type TransferSummary } from "../oci/copy.ts";
import { pushArtifact } from "../oci/file-artifact.ts";
import { parseImageReference, referenceTarget } from "../oci/reference.ts";
import type { Repository } from "../oci/content-store.ts";
import { isObject, objectAt } from "../render/compose/compose-object.ts";
import { parseCompose } from "../render/compose/parse-compose.ts";
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
  const compose = await composeDesiredOf({ ...packaging, carried: true }, ports);
  const desired =
    deploy.target === "compose" ? compose : desiredOnEngine(deploy, { root: built.image.root, image: built.image });
  const names = deploy.target === "compose" ? otherImages(compose.file, compose.service) : [];
  return ports.writeRegistryArchive(out, async (dir) => {
    const layout = ports.imageLayout(join(dir, AIRGAP_LAYOUT));
    const transfer = await writeLayout(built.image, layout, { tag: deploy.environment, signal, onEvent });
    await signing?.attest(layout, built);
    const others = [];
    for (const name of names) others.push({ name, digest: await carry(name, layout, ports) });
    const rollout: AirgapRollout = {
      imageName: deploy.container.imageName,
      environment: deploy.environment,
      runtime: deploy.runtime,
      desired,
      others,
    };
    const policy = JSON.parse(JSON.stringify(member.manifest.deploy?.policy ?? {}));
    const documents = airgapArtifact({ rollout, composeFile: compose.file, lock, policy });
    await pushArtifact(layout, documents, AIRGAP_TAG, { signal });
    return transfer;
  });
}

/** Names of the images of the other services, each once. */
function otherImages(file: string, own: string): readonly string[] {
  const services = Object.entries(objectAt(parseCompose(file, "compose.yaml"), "services"));
  const names = services
    .filter(([name]) => name !== own)
    .map(([name, service]) => imageOf(name, isObject(service) ? service["image"] : undefined));
  return [...new Set(names)].sort();
}

function imageOf(service: string, image: unknown): string {
  const why =
    typeof image !== "string"
      ? "has no image, only a build"
      : image.includes("$")
        ? "names its image by a variable"
        : image.includes("@")
          ? "names its image by a digest, which no engine can be given without a registry"
          : undefined;
  if (typeof image === "string" && why === undefined) return image;
  throw new VoxError("DEPLOY_UNSUPPORTED", `the service \`${service}\` ${why ?? "has no image"}: it cannot be carried`, {
    hint: "name the image with a tag",
  });
}

/** Brings an image from its registry into the layout, whatever its tag names now. */
async function carry(name: string, layout: Repository, ports: AirgapPorts) {
  const { signal, onEvent } = ports;
  const reference = parseImageReference(name);
  const source = ports.imageRepository(reference);
  const root = await source.resolve(referenceTarget(reference), { signal });
  if (!root) throw new VoxError("CONTENT_MISSING", `there is no image \`${name}\``);
  await copyGraph(source, layout, root, { signal, onEvent });
  await layout.tag(root, `carried-${root.digest.slice("sha256:".length, "sha256:".length + 12)}`, { signal });
  return root.digest;
}
