import type { ContainerState } from "../container/engine/engine.ts";
import type { ComposeDesired } from "../deploy/compose/compose-desired.ts";
import type { EngineDesired } from "../deploy/engine/desired-container.ts";
import type { PlanStep } from "../deploy/plan.ts";
import { composeIntentFor } from "../pm/manifest/compose-intent.ts";
import type { WorkspaceMember } from "../pm/manifest/workspace.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import { parseImageReference } from "../oci/reference.ts";
import { localHistory, registryHistory } from "./open-history.ts";
import type { FolderPorts } from "./ports.ts";
import { composePublishing, type ComposePublishing } from "./publish-compose.ts";
import { readComposeFile } from "./read-compose-file.ts";
import type { RolloutResult } from "./roll-out.ts";
import type { RolloutHands, RolloutTarget } from "./rollout-hands.ts";
import {
  desiredOnCompose,
  desiredOnEngine,
  rollOutDesired,
  type RolloutPorts,
  type RunnableImage,
} from "./roll-out-project.ts";

export interface MemberRolloutOptions {
  readonly member: WorkspaceMember;
  readonly deploy: DeployIntent;
  readonly target: RolloutTarget;
  /** Absolute; the member's. */
  readonly folder: string;
  readonly cause: string;
  readonly dryRun: boolean;
  readonly takeOver: boolean;
  readonly hands: RolloutHands;
}

/** What the document of `deploy` says of a rollout. */
export interface MemberRollout {
  readonly deployment: {
    readonly environment: string;
    readonly target: string;
    readonly sequence: number | null;
    readonly result: RolloutResult["result"];
    readonly steps: readonly PlanStep[];
    readonly undo: readonly PlanStep[];
  };
  readonly container?: RunningContainer;
}

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly ports: ContainerState["ports"];
}

/**
 * Makes an image of a member run where its intent says.
 * @throws {VoxError} as `rollOutDesired`, and COMPOSE_INVALID, DEPLOY_UNSUPPORTED
 */
export async function rollOutMember(
  options: MemberRolloutOptions,
  image: RunnableImage,
  ports: RolloutPorts & FolderPorts,
): Promise<MemberRollout> {
  const { deploy, target } = options;
  const { desired, publish } = await desiredOf(options, image, ports);
  const { manifest } = options.member;
  const shared = image.pulled === undefined ? undefined : registryHistory(manifest, deploy, "push", ports);
  const history = shared ?? localHistory(manifest, deploy, ports);
  const result = await rollOutDesired(desired, image, history, options, ports);
  if (result.result !== "planned") {
    if (shared) await tagRunning(image, deploy, ports);
    await publish?.();
  }
  return toldRollout(target, result);
}

/** Lets the environment's tag name what runs, also where whoever made it run was killed before. */
export async function tagRunning(
  { root, pulled }: RunnableImage,
  { environment }: Pick<DeployIntent, "environment">,
  { imageRepository, signal }: RolloutPorts,
): Promise<void> {
  if (pulled === undefined) return;
  const store = imageRepository(parseImageReference(pulled), { access: "push", mountFrom: [] });
  if ((await store.resolve(environment, { signal }))?.digest !== root.digest) await store.tag(root, environment, { signal });
}

interface MemberDesired {
  readonly desired: EngineDesired | ComposeDesired;
  readonly publish?: ComposePublishing | undefined;
}

async function desiredOf(
  { member, deploy, folder, target }: MemberRolloutOptions,
  image: RunnableImage,
  ports: RolloutPorts & FolderPorts,
): Promise<MemberDesired> {
  if (target === "engine") return { desired: desiredOnEngine(deploy, image) };
  const compose = composeIntentFor(member.manifest, deploy.environment);
  const desired = desiredOnCompose(deploy, compose, image, await readComposeFile(compose, folder, ports));
  return { desired, publish: composePublishing(desired, compose, deploy, ports) };
}

export async function toldRollout(target: string, rollout: RolloutResult): Promise<MemberRollout> {
  const { environment, sequence = null, result, plan, container } = rollout;
  const deployment = { environment, target, sequence, result, steps: plan.steps, undo: plan.undo };
  if (!container) return { deployment };
  const { status, ports } = await container.inspect();
  return { deployment, container: { id: container.id, name: container.name, status, ports } };
}
