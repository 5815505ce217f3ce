import { type Image, selectPlatform } from "../container/build/image.ts";
import type { Engine } from "../container/engine/engine.ts";
import { dockerArchive } from "../container/output/docker-archive.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { type Digest, digestOf, hexOf } from "../core/digest.ts";
import type { ComposeDesired } from "../deploy/compose/compose-desired.ts";
import { composeRollout } from "../deploy/compose/compose-rollout.ts";
import type { Desired } from "../deploy/desired.ts";
import { parseDesired } from "../deploy/desired.ts";
import { type EngineDesired, engineDesired } from "../deploy/engine/desired-container.ts";
import { engineRollout } from "../deploy/engine/container-rollout.ts";
import { healthWaitOf } from "../deploy/health-wait.ts";
import type { HealthPorts } from "../deploy/await-health.ts";
import type { Deployment } from "../deploy/history/chain.ts";
import type { Rollout } from "../deploy/rollout.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { ComposeIntent } from "../project/compose-intent.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import { type ComposeObject } from "../render/compose/compose-object.ts";
import { renderCompose } from "../render/compose/compose-file.ts";
import type { OpenedHistory } from "./open-history.ts";
import type { DeploymentPorts, EnginePorts, ImagePorts, RunPorts } from "./ports.ts";
import { type RolloutContext, rollOut, type RolloutResult } from "./roll-out.ts";
import type { RolloutHands } from "./rollout-hands.ts";

export type RolloutPorts = ImagePorts & EnginePorts & DeploymentPorts & RunPorts;

/** An image that is to run somewhere, and how it gets there. */
export interface RunnableImage {
  readonly root: Descriptor;
  /** `host/repository@digest`, when the target pulls it from there. */
  readonly pulled?: string;
  /** What an engine is given, when there is no registry. */
  readonly image?: Image;
}

/** How somebody asked for a rollout. */
export interface RolloutOptions {
  readonly cause: string;
  readonly dryRun: boolean;
  readonly takeOver: boolean;
  /** Absolute; the member's. */
  readonly folder: string;
  readonly hands: RolloutHands;
}

/** What an engine makes of an image: a commit that changes nothing in it changes its index, and none of its platforms. */
const contentDigest = ({ root, image }: RunnableImage): Digest =>
  image ? digestOf(canonicalJson(image.platforms.map(({ manifest }) => manifest.digest))) : root.digest;

/** The name that an engine has for an image that was loaded: by its content, so that an older one stays there to go back to. */
const loadedName = (imageName: string, digest: Digest): string => `${imageName}:sha256-${hexOf(digest)}`;

/** What an engine should run, from the intent. */
export function desiredOnEngine(deploy: DeployIntent, image: RunnableImage): EngineDesired {
  const digest = contentDigest(image);
  return engineDesired(deploy, { digest, reference: loadedName(deploy.container.imageName, digest) });
}

/**
 * What a Compose project should be, from the intents and the project's own file.
 * @throws {VoxError} COMPOSE_INVALID, DEPLOY_UNSUPPORTED
 */
export function desiredOnCompose(
  deploy: DeployIntent,
  compose: ComposeIntent,
  runnable: RunnableImage,
  user: ComposeObject | undefined,
): ComposeDesired {
  const { environment, container } = deploy;
  const { root, pulled } = runnable;
  const image = pulled === undefined ? contentDigest(runnable) : root.digest;
  const reference = pulled ?? loadedName(container.imageName, image);
  const { text, services } = renderCompose({ environment, image: reference, container, compose, ...(user && { user }) });
  return {
    kind: "compose",
    environment,
    project: compose.projectName,
    service: compose.service,
    services,
    image,
    reference,
    file: text,
    secrets: container.secrets,
    secretFiles: compose.secrets === "files",
    health: healthWaitOf(container.healthcheck),
  };
}

/**
 * Rolls out what should run on this machine's engine, by itself or by Compose.
 * @throws {VoxError} as `rollOut`
 */
export async function rollOutDesired(
  desired: EngineDesired | ComposeDesired,
  runnable: RunnableImage,
  history: OpenedHistory,
  options: RolloutOptions,
  ports: RolloutPorts,
): Promise<RolloutResult> {
  const { cause, dryRun, takeOver, folder, hands } = options;
  const prepare = (context: RolloutContext) => prepareRollout({ desired, runnable, hands, folder, context }, ports);
  const wish = { cause, dryRun, takeOver, hidden: [...hands.secrets.values()] };
  return rollOut({ history, desired, image: runnable.root, reference: desired.reference, ...wish, prepare }, ports);
}

interface Preparing {
  readonly desired: EngineDesired | ComposeDesired;
  readonly runnable: RunnableImage;
  readonly hands: RolloutHands;
  readonly folder: string;
  readonly context: RolloutContext;
}

/** A look at the engine, and a plan. */
async function prepareRollout({ desired, runnable, hands, folder, context }: Preparing, ports: RolloutPorts): Promise<Rollout> {
  const { engine, secrets, compose } = hands;
  const { sequence, current, isSettled } = context;
  const health = healthPorts(engine, ports);
  const bring = () => bringImage(engine, runnable.image, desired, ports);
  const last = lastDesired(current);
  if (desired.kind === "engine") {
    const before = last?.kind === "engine" ? last : undefined;
    return engineRollout(engine, { desired, ...(before && { last: before }), isSettled, sequence, secrets, bring }, health);
  }
  if (!compose) throw new VoxError("INTERNAL", "no Compose program was looked for");
  const before = last?.kind === "compose" ? last : undefined;
  const input = { desired, last: before, isSettled, secrets, folder, ...(runnable.pulled === undefined && { bring }) };
  return composeRollout(engine, input, { ...health, program: compose, keepFile: ports.keepComposeFile });
}

/** What was deployed last: what is put back should the new one fail. */
const lastDesired = (current: Deployment | undefined): Desired | undefined =>
  current && parseDesired(current.last.record.desired, `the record \`${current.last.digest}\``);

async function bringImage(
  engine: Engine,
  image: Image | undefined,
  { reference, environment }: EngineDesired | ComposeDesired,
  { signal }: RunPorts,
): Promise<void> {
  if (!image)
    throw new VoxError("DEPLOYMENT_UNKNOWN", `the engine does not hold \`${reference}\` any more, and it is in no registry`, {
      hint: "deploy it again from its sources",
    });
  const { platform } = engine.description;
  const moving = `${reference.slice(0, reference.lastIndexOf(":"))}:${environment}`;
  const one = selectPlatform(image, platform) ?? image;
  await engine.load(dockerArchive(one, { platform, repoTags: [reference, moving] }), { signal });
}

const healthPorts = (engine: Engine, { signal, sleep, probe }: RolloutPorts): HealthPorts => ({
  signal,
  sleep,
  probe,
  host: hostOf(engine.description.endpoint),
  runsChecks: engine.description.kind === "docker",
});

/** Where an engine publishes ports: this machine, or the one that it is reached at. */
function hostOf(endpoint: string): string {
  if (endpoint.startsWith("unix://")) return "127.0.0.1";
  return new URL(endpoint.replace(/^tcp:/, "http:")).hostname;
}
