import type { HistoryPlace } from "../deploy/history/claim-deployment.ts";
import { tidyHistory } from "../deploy/history/history.ts";
import { isVoxError } from "../errors/vox-error.ts";
import { copyGraph } from "../oci/copy.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatRepository, type ImageReference, parseImageReference } from "../oci/reference.ts";
import type { Access } from "../oci/token-scope.ts";
import { historySettings } from "../pm/manifest/history-settings.ts";
import type { PackageManifest } from "../pm/manifest/manifest.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import type { DeploymentPorts, ImagePorts, RunPorts } from "./ports.ts";

/** The records of one environment, and a way to have there what they list. */
export interface OpenedHistory extends HistoryPlace {
  /** For people. */
  readonly name: string;
  /** Brings the image to where the records are, so that they can list it; it is in its own repository already. */
  holdImage(root: Descriptor): Promise<void>;
}

type HistoryPorts = ImagePorts & DeploymentPorts & RunPorts;

/** The repository of an intent's image; `undefined` without a registry. */
export function imageRepositoryOf({ container }: DeployIntent): ImageReference | undefined {
  return container.registry === undefined ? undefined : parseImageReference(`${container.registry}/${container.imageName}`);
}

/** Where the team finds the records: the repository that Vox.toml names, else the image's; `undefined` without a registry. */
export function registryHistory(
  manifest: PackageManifest,
  deploy: DeployIntent,
  access: Access,
  ports: HistoryPorts,
): OpenedHistory | undefined {
  const { repository, keep } = historySettings(manifest);
  const image = imageRepositoryOf(deploy);
  const place = repository === undefined ? image : parseImageReference(repository);
  if (place === undefined) return undefined;
  const name = formatRepository(place);
  const own = image !== undefined && formatRepository(image) === name;
  const mountFrom = image !== undefined && !own && image.registry === place.registry ? [image.repository] : [];
  const store = ports.imageRepository(place, { access, mountFrom });
  const { signal } = ports;
  return {
    repository: store,
    environment: deploy.environment,
    keep,
    name,
    async holdImage(root) {
      if (own || image === undefined) return;
      await copyGraph(ports.imageRepository(image), store, root, { signal, mountFrom: () => mountFrom });
    },
  };
}

/** The records of what runs on this machine's engine without a registry. */
export function localHistory(
  manifest: PackageManifest,
  deploy: Pick<DeployIntent, "environment" | "container">,
  ports: DeploymentPorts,
): OpenedHistory {
  const { repository, name } = ports.localHistory(deploy.container.imageName);
  const { keep } = historySettings(manifest);
  return { repository, name, environment: deploy.environment, keep, holdImage: async () => undefined };
}

/** Takes out records that are too old to be kept. Whatever keeps it from that says nothing of the deployment, which is done. */
export async function tidyUp(
  { repository, environment, keep }: OpenedHistory,
  sequence: number,
  before: number | undefined,
  { signal, onEvent }: RunPorts,
): Promise<void> {
  try {
    const removed = await tidyHistory(repository, environment, { sequence, keep, before }, { signal });
    if (removed > 0) onEvent({ kind: "step", message: `removed ${removed} records older than the last ${keep} deployments` });
  } catch (error) {
    if (!isVoxError(error)) throw error;
  }
}
