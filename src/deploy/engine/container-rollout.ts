import type { Container, ContainerSpec, Engine } from "../../container/engine/engine.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { awaitHealth, type HealthPorts } from "../await-health.ts";
import type { HealthWait } from "../health-wait.ts";
import type { DeployPlan, PlanStep } from "../plan.ts";
import type { Rollout } from "../rollout.ts";
import { type EngineDesired, fingerprintOf } from "./desired-container.ts";
import { COMPOSE_LABEL, LABEL } from "../labels.ts";
import { type EngineObserved, planEngine } from "./plan-engine.ts";

export interface EngineRolloutInput {
  readonly desired: EngineDesired;
  /** What was deployed last, and may be put back. */
  readonly last?: EngineDesired;
  readonly isSettled: boolean;
  readonly sequence: number;
  readonly secrets: ReadonlyMap<string, string>;
  /** Brings the image into the engine, under the name of `desired.reference`. */
  readonly bring: () => Promise<void>;
}

const STOP_TIMEOUT_MS = 10_000;

/** Looks at what an engine runs for an environment, and plans what makes it run what it should. @throws {VoxError} ENGINE_FAILED */
export async function engineRollout(engine: Engine, input: EngineRolloutInput, ports: HealthPorts): Promise<Rollout> {
  const { desired, sequence, secrets, isSettled } = input;
  const { signal } = ports;
  const labels = { [LABEL.imageName]: desired.imageName, [LABEL.environment]: desired.environment };
  const { found, observed } = await observe(engine, await engine.containers(labels, { signal }), desired);
  const changedSecrets = changedIn(observed, secrets);
  const plan = planEngine({ desired, observed, sequence, changedSecrets, isSettled });
  const all = new Map(found.map((container) => [container.name, container]));
  const act = (step: PlanStep) => actOn(step, { engine, plan, all, input, ports });
  return { plan, act, fresh: () => freshContainer(plan, all) };
}

interface Observation {
  readonly found: readonly Container[];
  readonly observed: EngineObserved;
}

/** What Compose made of the same image for the same environment is Compose's. */
async function observe(engine: Engine, all: readonly Container[], { reference }: EngineDesired): Promise<Observation> {
  const seen = [];
  for (const container of all) seen.push({ container, state: await container.inspect() });
  const own = seen.filter(({ state }) => state.labels[COMPOSE_LABEL.project] === undefined);
  const containers = own.map(({ container: { name }, state }) => ({ name, state }));
  const holdsImage = (await engine.images.find(reference)) !== undefined;
  return { found: own.map(({ container }) => container), observed: { holdsImage, containers } };
}

/** Values are compared here and go no further. */
function changedIn({ containers }: EngineObserved, secrets: ReadonlyMap<string, string>): readonly string[] {
  const env = containers.find(({ state }) => state.status === "running")?.state.env ?? [];
  if (env.length === 0) return [];
  return [...secrets].filter(([name, value]) => !env.includes(`${name}=${value}`)).map(([name]) => name);
}

interface Acting {
  readonly engine: Engine;
  readonly plan: DeployPlan;
  /** By name; what is started is added. */
  readonly all: Map<string, Container>;
  readonly input: EngineRolloutInput;
  readonly ports: HealthPorts;
}

async function actOn({ kind, subject }: PlanStep, { engine, plan, all, input, ports }: Acting): Promise<void> {
  const { signal } = ports;
  switch (kind) {
    case "load-image":
      return input.bring();
    case "start-container":
      all.set(subject, await engine.run(specOf(subject, input), { signal }));
      return;
    case "await-health":
      return awaitHealth(named(all, subject), healthOf(subject, plan, input), ports);
    case "stop-container":
      return named(all, subject).stop({ timeoutMs: STOP_TIMEOUT_MS });
    case "resume-container":
      return named(all, subject).start();
    case "remove-container":
      // What failed to start was removed already.
      return all.get(subject)?.remove({ timeoutMs: STOP_TIMEOUT_MS });
    case "compose-renew":
    case "compose-up":
    case "compose-put-back":
    case "compose-down":
      throw new VoxError("INTERNAL", `an engine does not know the step \`${kind}\``);
  }
}

/** What is put back is asked by its own check. */
const healthOf = (name: string, { undo }: DeployPlan, { desired, last }: EngineRolloutInput): HealthWait =>
  undo.some(({ kind, subject }) => kind === "resume-container" && subject === name) ? (last ?? desired).health : desired.health;

function named(all: ReadonlyMap<string, Container>, name: string): Container {
  const container = all.get(name);
  if (container) return container;
  throw new VoxError("ENGINE_FAILED", `the container \`${name}\` is gone`);
}

/** What was started; or what stays, when nothing had to be. */
function freshContainer({ steps }: DeployPlan, all: ReadonlyMap<string, Container>): Container | undefined {
  const started = steps.find(({ kind }) => kind === "start-container");
  if (started) return all.get(started.subject);
  const leaving = new Set(steps.filter(({ kind }) => kind === "remove-container").map(({ subject }) => subject));
  return [...all.values()].find(({ name }) => !leaving.has(name));
}

function specOf(name: string, { desired, secrets }: EngineRolloutInput): ContainerSpec {
  return {
    name,
    image: desired.reference,
    env: Object.fromEntries(secrets),
    labels: {
      [LABEL.imageName]: desired.imageName,
      [LABEL.environment]: desired.environment,
      [LABEL.image]: desired.image,
      [LABEL.desired]: fingerprintOf(desired),
    },
    ports: desired.ports,
    restart: "unless-stopped",
    volumes: Object.fromEntries(
      Object.entries(desired.volumes).map(([volume, path]) => [
        `${desired.imageName.replaceAll("/", "-")}-${desired.environment}-${volume}`,
        path,
      ]),
    ),
    readOnly: desired.sealed,
    dropsCapabilities: desired.dropsCapabilities,
  };
}
