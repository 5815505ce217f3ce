import { type Desired, parseDesired } from "../deploy/desired.ts";
import { type Deployment, deploymentsOf } from "../deploy/history/chain.ts";
import { chooseRollback } from "../deploy/history/choose-rollback.ts";
import { readHistory } from "../deploy/history/history.ts";
import { VoxError } from "../errors/vox-error.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import { imageRepositoryOf, localHistory, type OpenedHistory, registryHistory } from "./open-history.ts";
import { recordPublication } from "./record-publication.ts";
import { type MemberRollout, tagRunning, toldRollout } from "./roll-out-member.ts";
import { rollOutDesired, type RolloutPorts, type RunnableImage } from "./roll-out-project.ts";
import { openHands } from "./rollout-hands.ts";

export interface RollbackOptions {
  readonly member: WorkspaceMember;
  /** Absolute; the member's. */
  readonly folder: string;
  readonly environment: string;
  /** A number or a digest. */
  readonly to?: string;
  /** The history of this machine's engine, although there is one in a registry. */
  readonly local: boolean;
  readonly dryRun: boolean;
  readonly takeOver: boolean;
}

export interface RollbackResult extends MemberRollout {
  readonly to: { readonly sequence: number; readonly image: string; readonly reference: string };
}

/**
 * Deploys again what an earlier deployment did: its image by digest, with the settings that were rendered then.
 * @throws {VoxError} DEPLOYMENT_UNKNOWN, DEPLOY_BUSY, DEPLOY_FAILED, and as `rollOutDesired`
 */
export async function rollBack(options: RollbackOptions, ports: RolloutPorts): Promise<RollbackResult> {
  const { member, environment, to } = options;
  const { intent } = deployIntentFor(member.manifest, environment);
  const history = await historyOf(options, intent, ports);
  const records = await readHistory(history.repository, environment, { keep: history.keep, signal: ports.signal });
  const earlier = chooseRollback(deploymentsOf(records), environment, to);
  const { record, digest } = earlier.last;
  const desired = parseDesired(record.desired, `the record \`${digest}\``);
  const told = await goBack(desired, earlier, { options, intent, history }, ports);
  return { ...told, to: { sequence: earlier.sequence, image: record.image.digest, reference: record.reference } };
}

/** The registry's, unless this machine's is asked for or is the only one. */
async function historyOf(
  { member, local }: RollbackOptions,
  intent: DeployIntent,
  ports: RolloutPorts,
): Promise<OpenedHistory> {
  const shared = local ? undefined : registryHistory(member.manifest, intent, "push", ports);
  if (!shared) return localHistory(member.manifest, intent, ports);
  const { repository, environment } = shared;
  const inRegistry = await readHistory(repository, environment, { keep: 1, signal: ports.signal });
  return inRegistry.length > 0 ? shared : localHistory(member.manifest, intent, ports);
}

interface GoingBack {
  readonly options: RollbackOptions;
  readonly intent: DeployIntent;
  readonly history: OpenedHistory;
}

async function goBack(desired: Desired, { sequence, last: { record } }: Deployment, going: GoingBack, ports: RolloutPorts) {
  const { options, intent, history } = going;
  const { dryRun, takeOver, folder, environment } = options;
  const cause = `rollback to ${sequence}`;
  const repository = imageRepositoryOf(intent);
  const pulled = repository !== undefined && record.reference.includes("@") ? record.reference : undefined;
  const image: RunnableImage = { root: record.image, ...(pulled !== undefined && { pulled }) };
  if (desired.kind === "registry") {
    if (!repository) throw new VoxError("DEPLOY_INCOMPLETE", "`[deploy.container] registry` is missing, where the image is");
    const publication = { root: record.image, repository, tags: [environment], cause, takeOver };
    if (!dryRun) await recordPublication(history, publication, ports);
    if (!dryRun) await tagRunning(image, intent, ports);
    return registryRollout(environment, dryRun);
  }
  const hands = await openHands({ target: desired.kind, runtime: intent.runtime, secrets: desired.secrets }, ports);
  const result = await rollOutDesired(desired, image, history, { cause, dryRun, takeOver, folder, hands }, ports);
  if (!dryRun) await tagRunning(image, intent, ports);
  return toldRollout(desired.kind, result);
}

const registryRollout = (environment: string, dryRun: boolean): MemberRollout => ({
  deployment: {
    environment,
    target: "registry",
    sequence: null,
    result: dryRun ? "planned" : "succeeded",
    steps: [],
    undo: [],
  },
});
