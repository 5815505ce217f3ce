import { type Desired, parseDesired } from "../deploy/desired.ts";
import { type Deployment, deploymentsOf } from "../deploy/history/chain.ts";
import { chooseRollback } from "../deploy/history/choose-rollback.ts";
import { readHistory } from "../deploy/history/history.ts";
import { VoxError } from "../errors/vox-error.ts";
import { parseImageReference } from "../oci/reference.ts";
import { deployIntentFor } from "../pm/manifest/deploy-intent.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import { imageRepositoryOf, localHistory, type OpenedHistory, registryHistory } from "./open-history.ts";
import { recordPublication } from "./record-publication.ts";
import { type MemberRollout, toldRollout } from "./roll-out-member.ts";
import { rollOutDesired, type RolloutPorts } from "./roll-out-project.ts";

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

async function goBack(
  desired: Desired,
  { sequence, last: { record } }: Deployment,
  { options, intent, history }: GoingBack,
  ports: RolloutPorts,
): Promise<MemberRollout> {
  const { dryRun, takeOver, folder, environment } = options;
  const cause = `rollback to ${sequence}`;
  const image = imageRepositoryOf(intent);
  const isPulled = image !== undefined && record.reference.includes("@");
  if (desired.kind === "registry") {
    if (!image) throw new VoxError("DEPLOY_INCOMPLETE", "`[deploy.container] registry` is missing, where the image is");
    const publication = { root: record.image, repository: image, tags: [environment], cause, takeOver };
    if (!dryRun) await recordPublication(history, publication, ports);
  }
  const told =
    desired.kind === "registry"
      ? registryRollout(environment, dryRun)
      : await toldRollout(
          desired.kind,
          await rollOutDesired(
            desired,
            { root: record.image, ...(isPulled && { pulled: record.reference }) },
            history,
            { cause, dryRun, takeOver, folder, runtime: intent.runtime },
            ports,
          ),
        );
  if (isPulled && !dryRun) {
    const store = ports.imageRepository(parseImageReference(record.reference), { access: "push", mountFrom: [] });
    await store.tag(record.image, environment, { signal: ports.signal });
  }
  return told;
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
