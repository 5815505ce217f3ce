import { join } from "node:path";
import { type Image, selectPlatform } from "../container/build/image.ts";
import type { Engine } from "../container/engine/engine.ts";
import { dockerArchive } from "../container/output/docker-archive.ts";
import { AIRGAP_TAG, AIRGAP_TYPE, type AirgapRollout, parseAirgapRollout } from "../deploy/airgap.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import { readArtifactFiles } from "../oci/file-artifact.ts";
import type { DeployResult } from "./deploy-image.ts";
import { imageResult, NO_TRANSFER } from "./image-result.ts";
import type { OpenedHistory } from "./open-history.ts";
import { AIRGAP_LAYOUT } from "./package-airgap.ts";
import type { RegistryArchivePorts } from "./ports.ts";
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
  readonly dryRun: boolean;
  readonly takeOver: boolean;
}

const KEPT_DEPLOYMENTS = 20;

/**
 * Deploys what an air-gap file holds to this machine's engine: no registry, no project and no network is needed.
 * @throws {VoxError} ARCHIVE_INVALID, OCI_INVALID, ENVIRONMENT_UNKNOWN, and as `rollOutDesired`
 */
export async function deployAirgap(options: AirgapOptions, ports: RolloutPorts & RegistryArchivePorts): Promise<DeployResult> {
  const { file, environment } = options;
  const { signal } = ports;
  await using archive = await ports.openRegistryArchive(file, signal);
  const layout = ports.imageLayout(join(archive.dir, AIRGAP_LAYOUT));
  const rollout = await readRollout(layout, file, signal);
  if (rollout.environment !== environment)
    throw new VoxError("ENVIRONMENT_UNKNOWN", `\`${file}\` was packaged for \`${rollout.environment}\``, {
      hint: `run \`vox deploy ${rollout.environment} --image ${file}\``,
    });
  const { root, platforms } = await readImage(
    { repository: layout, target: environment, reference: file, name: file },
    { signal },
  );
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

async function readRollout(layout: Repository, file: string, signal: AbortSignal): Promise<AirgapRollout> {
  const root = await layout.resolve(AIRGAP_TAG, { signal });
  if (!root) throw new VoxError("OCI_INVALID", `\`${file}\` is no air-gap file`);
  return parseAirgapRollout(await readArtifactFiles(layout, root, AIRGAP_TYPE, { signal }), `\`${file}\``);
}

/** The images of the services beside the application, under the names that the Compose file has for them. */
async function loadOthers({ others }: AirgapRollout, layout: Repository, engine: Engine, ports: RolloutPorts): Promise<void> {
  const { signal, onEvent } = ports;
  const { platform } = engine.description;
  for (const { name, digest } of others) {
    if ((await engine.images.find(name)) !== undefined) continue;
    onEvent({ kind: "step", message: `load image \`${name}\`: the engine does not hold it` });
    const { root, platforms } = await readImage({ repository: layout, target: digest, reference: name, name }, { signal });
    const image: Image = { root, reader: layout, platforms };
    const one = selectPlatform(image, platform) ?? image;
    await engine.load(dockerArchive(one, { platform, repoTags: [name] }), { signal });
  }
}

function historyOf({ imageName, environment }: AirgapRollout, ports: RolloutPorts): OpenedHistory {
  const { repository, name } = ports.localHistory(imageName);
  return { repository, name, environment, keep: KEPT_DEPLOYMENTS, holdImage: async () => undefined };
}
