import { currentDeployment, deploymentsOf } from "../deploy/history/chain.ts";
import { claimDeployment, freeHead } from "../deploy/history/claim-deployment.ts";
import { readHistory } from "../deploy/history/history.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { formatRepository, type ImageReference } from "../oci/reference.ts";
import { type OpenedHistory, tidyUp } from "./open-history.ts";
import type { DeploymentPorts, ImagePorts, RunPorts } from "./ports.ts";

export interface Publication {
  readonly root: Descriptor;
  readonly repository: ImageReference;
  readonly tags: readonly string[];
  readonly cause: string;
  readonly takeOver: boolean;
}

/**
 * Records a deployment that ends at the registry, before its tags move: that is all there is to do, so one record is all of it.
 * What is deployed already is not recorded again.
 * @throws {VoxError} DEPLOY_BUSY, and what the repository throws
 */
export async function recordPublication(
  history: OpenedHistory,
  { root, repository, tags, cause, takeOver }: Publication,
  ports: ImagePorts & DeploymentPorts & RunPorts,
): Promise<void> {
  const { signal } = ports;
  const actor = ports.actor();
  const records = await readHistory(history.repository, history.environment, { keep: 1, signal });
  const head = freeHead(records, history, { actor, takeOver });
  const last = head?.record;
  if (last?.result === "succeeded" && last.target === "registry" && last.image.digest === root.digest) return;
  await history.holdImage(root);
  const reference = `${formatRepository(repository)}@${root.digest}`;
  const desired = { kind: "registry", tags: [...tags] };
  const draft = { result: "succeeded", target: "registry", image: root, reference, cause, desired } as const;
  const { record } = await claimDeployment(history, { head, draft }, { ...ports, actor });
  await tidyUp(history, record.sequence, currentDeployment(deploymentsOf(records))?.sequence, ports);
}
