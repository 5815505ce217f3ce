import { join } from "node:path";
import { findPlatform, imagesOf } from "../container/base-image/index-platforms.ts";
import type { Image } from "../container/build/image.ts";
import type { Engine } from "../container/engine/engine.ts";
import { dockerArchive } from "../container/output/docker-archive.ts";
import { notMadeFor } from "../container/plan/platform-plan.ts";
import type { Digest } from "../core/digest.ts";
import type { Platform } from "../core/platform.ts";
import { AIRGAP_TAG, AIRGAP_TYPE, type AirgapRollout, parseAirgapRollout, wantsSigner } from "../deploy/airgap.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Repository, TransferOptions } from "../oci/content-store.ts";
import { readArtifactFiles } from "../oci/file-artifact.ts";
import { isIndexType } from "../oci/media-types.ts";
import { parseImageIndex } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";
import type { DeployResult } from "./deploy-image.ts";
import { imageResult, NO_TRANSFER } from "./image-result.ts";
import type { OpenedHistory } from "./open-history.ts";
import { AIRGAP_LAYOUT } from "./package-airgap.ts";
import type { PolicyPorts, RegistryArchivePorts } from "./ports.ts";
import { proveAirgap } from "./prove-airgap.ts";
import { readImage } from "./read-image.ts";
import { toldRollout } from "./roll-out-member.ts";
import { rollOutDesired, type RolloutPorts } from "./roll-out-project.ts";
import { openHands } from "./rollout-hands.ts";

export interface AirgapOptions {
  /** Absolute. */
  readonly file: string;
  readonly environment: string;
  /** Absolute; what relative paths in the Compose file start from. */
  readonly folder: string;
  /** Absolute paths of public keys, one of which must have signed. */
  readonly keys: readonly string[];
  readonly dryRun: boolean;
  readonly takeOver: boolean;
}

const KEPT_DEPLOYMENTS = 20;

type AirgapPorts = RolloutPorts & RegistryArchivePorts & Parameters<typeof proveAirgap>[1] & PolicyPorts;

/**
 * Deploys what an air-gap file holds to this machine's engine: no registry, no project and no network is needed.
 * @throws {VoxError} ARCHIVE_INVALID, OCI_INVALID, ENVIRONMENT_UNKNOWN, and as `rollOutDesired`
 */
export async function deployAirgap(options: AirgapOptions, ports: AirgapPorts): Promise<DeployResult> {
  const { file, environment } = options;
  const { signal } = ports;
  await using archive = await ports.openRegistryArchive(file, signal);
  const layout = ports.imageLayout(join(archive.dir, AIRGAP_LAYOUT));
  const { documents, rollout, asksSigner } = await readDocuments(layout, file, signal);
  if (rollout.environment !== environment)
    throw new VoxError("ENVIRONMENT_UNKNOWN", `\`${file}\` was packaged for \`${rollout.environment}\``, {
      hint: `run \`vox deploy ${rollout.environment} --image ${file}\``,
    });
  const place = { repository: layout, target: environment, reference: file, name: file };
  const machine = await ports.machinePolicy();
  const proof = { file, place, documents, wantsSigner: asksSigner };
  await proveAirgap({ ...proof, lists: [options.keys, machine?.signers ?? []] }, ports);
  const { root, platforms } = await readImage(place, { signal });
  const image: Image = { root, reader: layout, platforms };
  const { desired } = rollout;
  if (desired.kind === "registry") throw new VoxError("OCI_INVALID", `\`${file}\` does not say how its image is to run`);
  const hands = await openHands({ target: desired.kind, runtime: rollout.runtime, secrets: desired.secrets }, ports);
  if (!options.dryRun) await loadOthers(rollout, layout, hands.engine, ports);
  const history = historyOf(rollout, ports);
  const cause = "deploy an air-gap file";
  const told = await rollOutDesired(desired, { root, image }, history, { ...options, cause, hands }, ports);
  const result = imageResult({
    image,
    reference: desired.reference,
    transfer: NO_TRANSFER,
    requests: ports.requestCount(),
    out: null,
  });
  return { ...result, tags: [], ...(await toldRollout(desired.kind, told)) };
}

async function readDocuments(layout: Repository, file: string, signal: AbortSignal) {
  const documents = await layout.resolve(AIRGAP_TAG, { signal });
  if (!documents) throw new VoxError("OCI_INVALID", `\`${file}\` is no air-gap file`);
  const files = await readArtifactFiles(layout, documents, AIRGAP_TYPE, { signal });
  const what = `\`${file}\``;
  return { documents, rollout: parseAirgapRollout(files, what), asksSigner: wantsSigner(files, what) };
}

/** The images of the services beside the application, under names that say what they are. */
async function loadOthers({ others }: AirgapRollout, layout: Repository, engine: Engine, ports: RolloutPorts): Promise<void> {
  const { signal, onEvent } = ports;
  const { platform } = engine.description;
  for (const { name, digest } of others) {
    if ((await engine.images.find(name)) !== undefined) continue;
    onEvent({ kind: "step", message: `load image \`${name}\`: the engine does not hold it` });
    const image = await readOther(layout, digest, platform, { signal });
    await engine.load(dockerArchive(image, { platform, repoTags: [name] }), { signal });
  }
}

/** Others' images may be for one platform alone, and their indexes may list what is no image. */
async function readOther(layout: Repository, digest: Digest, platform: Platform, options: TransferOptions): Promise<Image> {
  const root = await layout.resolve(digest, options);
  if (!root) throw new VoxError("CONTENT_MISSING", `\`${digest}\` is not in the air-gap file`);
  if (!isIndexType(root.mediaType)) return { root, reader: layout, platforms: [{ platform, manifest: root }] };
  const index = parseImageIndex(await readContent(layout, root, options), { mediaType: root.mediaType, what: `\`${digest}\`` });
  const images = imagesOf(index);
  const found = findPlatform(images, platform);
  if (!found)
    throw notMadeFor(
      platform,
      images.map((image) => image.platform),
    );
  return { root: found.descriptor, reader: layout, platforms: [{ platform, manifest: found.descriptor }] };
}

function historyOf({ imageName, environment }: AirgapRollout, ports: RolloutPorts): OpenedHistory {
  const { repository, name } = ports.localHistory(imageName);
  return { repository, name, environment, keep: KEPT_DEPLOYMENTS, holdImage: async () => undefined };
}
