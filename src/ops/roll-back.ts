import { type Desired, parseDesired } from "../deploy/desired.ts";
import { type Deployment, deploymentsOf } from "../deploy/history/chain.ts";
import { chooseRollback } from "../deploy/history/choose-rollback.ts";
import { readHistory } from "../deploy/history/history.ts";
import type { DeploymentRecord } from "../deploy/history/record.ts";
import { VoxError } from "../errors/vox-error.ts";
import { formatRepository } from "../oci/reference.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import type { GatePorts } from "./deployment-gate.ts";
import { imageRepositoryOf, localHistory, type OpenedHistory, registryHistory } from "./open-history.ts";
import type { PolicyPorts } from "./ports.ts";
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

type RollbackPorts = RolloutPorts & GatePorts & PolicyPorts;

/**
 * Deploys again what an earlier deployment did: its image by digest, with the settings that were rendered then.
 * @throws {VoxError} POLICY_REFUSED, DEPLOYMENT_UNKNOWN, DEPLOY_BUSY, DEPLOY_FAILED, and as `rollOutDesired`
 */
export async function rollBack(options: RollbackOptions, ports: RollbackPorts): Promise<RollbackResult> {
  const { member, environment, to } = options;
  const { intent } = deployIntentFor(member.manifest, environment);
  const history = await historyOf(options, intent, ports);
  const records = await readHistory(history.repository, environment, { keep: history.keep, signal: ports.signal });
  const earlier = chooseRollback(deploymentsOf(records), environment, to);
  const { record, digest } = earlier.last;
  const desired = parseDesired(record.desired, `the record \`${digest}\``);
  await requireMachineSigners(record, intent, ports);
  const told = await goBack(desired, earlier, { options, intent, history }, ports);
  return { ...told, to: { sequence: earlier.sequence, image: record.image.digest, reference: record.reference } };
}

/** A record is a registry's word; whom the machine believes is its own. @throws {VoxError} POLICY_REFUSED */
async function requireMachineSigners(record: DeploymentRecord, intent: DeployIntent, ports: RollbackPorts): Promise<void> {
  const machine = await ports.machinePolicy();
  const repository = imageRepositoryOf(intent);
  if (!machine || !repository || !record.reference.includes("@")) return;
  const { requireSigned } = await import("./require-signed.ts");
  const [name, target] = [formatRepository(repository), record.image.digest];
  const place = { repository: ports.imageRepository(repository), target, reference: `${name}@${target}`, name };
  await requireSigned(place, { by: `\`signers\` of \`${machine.file}\``, keys: machine.signers, offline: false }, ports);
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
