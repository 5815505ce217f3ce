import {
  currentDeployment,
  type Deployment,
  deploymentsOf,
  headOf,
  isSettled,
  nextSequence,
  type StoredRecord,
} from "../deploy/history/chain.ts";
import { claimDeployment, endDeployment, freeHead } from "../deploy/history/claim-deployment.ts";
import { readHistory } from "../deploy/history/history.ts";
import { type Desired, desiredJson } from "../deploy/desired.ts";
import { executePlan, type Outcome } from "../deploy/execute-plan.ts";
import { type DeployPlan, formatStep } from "../deploy/plan.ts";
import { hideValues } from "../deploy/hide-values.ts";
import type { Rollout } from "../deploy/rollout.ts";
import type { Container } from "../container/engine/engine.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { type OpenedHistory, tidyUp } from "./open-history.ts";
import type { DeploymentPorts, ImagePorts, RunPorts } from "./ports.ts";

export interface RolloutRequest {
  readonly history: OpenedHistory;
  readonly desired: Desired;
  /** The image's index. */
  readonly image: Descriptor;
  readonly reference: string;
  /** Why, in one phrase: `deploy`, `rollback to 3`. */
  readonly cause: string;
  readonly dryRun: boolean;
  readonly takeOver: boolean;
  /** Values that no message may show. */
  readonly hidden: readonly string[];
  /** Looks at the target and plans. */
  prepare(context: RolloutContext): Promise<Rollout>;
}

export interface RolloutContext {
  readonly sequence: number;
  /** What should run until now. */
  readonly current: Deployment | undefined;
  /** Whether that is what the last deployment left: one that was cut off may have left anything. */
  readonly isSettled: boolean;
}

export interface RolloutResult {
  readonly environment: string;
  /** Absent when nothing was done. */
  readonly sequence?: number;
  readonly result: "succeeded" | "unchanged" | "planned";
  readonly plan: DeployPlan;
  readonly container?: Container;
}

type RolloutPorts = ImagePorts & DeploymentPorts & RunPorts;

/**
 * Brings a target to what should run, records it, and puts things back when that does not come up healthy.
 * @throws {VoxError} DEPLOY_BUSY, DEPLOY_FAILED, and what history and target throw
 */
export async function rollOut(request: RolloutRequest, ports: RolloutPorts): Promise<RolloutResult> {
  const { history, image, dryRun, takeOver } = request;
  const { environment } = history;
  const actor = ports.actor();
  const records = await readHistory(history.repository, environment, { keep: history.keep, signal: ports.signal });
  const head = dryRun ? headOf(records) : freeHead(records, history, { actor, takeOver });
  const deployments = deploymentsOf(records);
  const current = currentDeployment(deployments);
  const sequence = nextSequence(head);
  const rollout = await request.prepare({ sequence, current, isSettled: isSettled(deployments) });
  const { plan } = rollout;
  if (dryRun) return planned(environment, plan, ports);
  if (plan.steps.length === 0 && current && isSame(current, request.desired)) {
    ports.onEvent({ kind: "step", message: `\`${environment}\` runs it already: deployment ${current.sequence}` });
    return { environment, result: "unchanged", plan, ...containerOf(rollout) };
  }
  await history.holdImage(image);
  const start = await claimDeployment(history, { head, draft: draftOf(request) }, { ...ports, actor });
  const outcome = await executePlan(plan, (step) => rollout.act(step), ports);
  await finish(request, start, outcome, current, ports);
  return { environment, sequence: start.record.sequence, result: "succeeded", plan, ...containerOf(rollout) };
}

const isSame = ({ last }: Deployment, desired: Desired): boolean =>
  canonicalJson(last.record.desired) === canonicalJson(desiredJson(desired));

function planned(environment: string, plan: DeployPlan, { onEvent }: RunPorts): RolloutResult {
  for (const step of plan.steps) onEvent({ kind: "step", message: `would ${formatStep(step)}` });
  if (plan.steps.length === 0) onEvent({ kind: "step", message: `would do nothing: \`${environment}\` runs it already` });
  return { environment, result: "planned", plan };
}

const draftOf = ({ desired, image, reference, cause }: RolloutRequest) => ({
  result: "started" as const,
  target: desired.kind,
  image,
  reference,
  cause,
  desired: desiredJson(desired),
});

const containerOf = (rollout: Rollout): { readonly container?: Container } => {
  const container = rollout.fresh();
  return container ? { container } : {};
};

async function finish(
  { history, cause, hidden }: RolloutRequest,
  start: StoredRecord,
  outcome: Outcome,
  current: Deployment | undefined,
  ports: RolloutPorts,
): Promise<void> {
  if (outcome.kind === "succeeded") {
    await endDeployment(history, start, { result: "succeeded", cause }, ports);
    return tidyUp(history, start.record.sequence, current?.sequence, ports);
  }
  const why = hideValues(outcome.error instanceof Error ? outcome.error.message : String(outcome.error), hidden);
  await endDeployment(history, start, { result: outcome.kind, cause: `${cause}: ${why}` }, ports);
  const { environment } = history;
  const before = current ? `deployment ${current.sequence} was put back` : "nothing ran before, and nothing does now";
  const now = outcome.kind === "rolled-back" ? before : "and what ran before could not be put back";
  throw new VoxError("DEPLOY_FAILED", `deployment ${start.record.sequence} of \`${environment}\` failed: ${now}`, {
    hint: `run \`vox deployments ${environment}\` to see what runs`,
    cause: hiddenCause(outcome.kind === "failed" ? [outcome.error, outcome.undoError] : [outcome.error], hidden),
  });
}

/** The chains of causes as one, without the values of secrets that a program may have printed. */
function hiddenCause(errors: readonly unknown[], hidden: readonly string[]): Error | undefined {
  const messages = errors.flatMap(causesOf).map((message) => hideValues(message, hidden));
  return messages.reduceRight<Error | undefined>(
    (cause, message) => new Error(message, cause === undefined ? undefined : { cause }),
    undefined,
  );
}

function causesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : causesOf(error.cause))];
}
