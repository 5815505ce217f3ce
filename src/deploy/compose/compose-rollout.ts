import type { Container, Engine } from "../../container/engine/engine.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { awaitHealth, type HealthPorts } from "../await-health.ts";
import type { HealthWait } from "../health-wait.ts";
import type { PlanStep } from "../plan.ts";
import type { Rollout } from "../rollout.ts";
import type { ComposeDesired } from "./compose-desired.ts";
import type { ComposeProgram } from "./compose-program.ts";
import { type ObservedService, planCompose } from "./plan-compose.ts";

export interface ComposeRolloutInput {
  readonly desired: ComposeDesired;
  /** What was deployed last, and can be put back. */
  readonly last: ComposeDesired | undefined;
  readonly secrets: ReadonlyMap<string, string>;
  /** Absolute. */
  readonly folder: string;
  /** For an image that comes from no registry. */
  readonly bring?: () => Promise<void>;
}

export interface ComposePorts extends HealthPorts {
  readonly program: ComposeProgram;
  /** Keeps a rendered file where Compose can read it; its path. */
  keepFile(project: string, text: string): Promise<string>;
}

/** What Docker's and Podman's programs label containers with. */
const PROJECT = "com.docker.compose.project";
const SERVICE = "com.docker.compose.service";
/** A service that is not ours goes on running, or says by itself that it is well. */
const OTHER_SERVICE: HealthWait = { kind: "running", timeoutMs: 180_000 };

/** Looks at what runs of a project, and plans what makes it what it should be. @throws {VoxError} ENGINE_FAILED */
export async function composeRollout(engine: Engine, input: ComposeRolloutInput, ports: ComposePorts): Promise<Rollout> {
  const { desired, last, secrets, bring } = input;
  const services = await observe(engine, desired, ports);
  const lacksImage = bring !== undefined && (await engine.images.find(desired.reference)) === undefined;
  const changedSecrets = changedIn(services, desired.service, secrets);
  const plan = planCompose({ desired, observed: { lacksImage, services, ...(last && { last }) }, changedSecrets });
  let fresh: Container | undefined;
  return {
    plan,
    fresh: () => fresh,
    act: async (step) => {
      const container = await actOn(step, engine, input, ports);
      if (step.subject === desired.service) fresh = container;
    },
  };
}

async function observe(
  engine: Engine,
  { project }: ComposeDesired,
  { signal }: ComposePorts,
): Promise<readonly ObservedService[]> {
  const services = [];
  for (const container of await engine.containers({ [PROJECT]: project }, { signal })) {
    const state = await container.inspect();
    services.push({ service: state.labels[SERVICE] ?? container.name, state });
  }
  return services;
}

/** Values are compared here and go no further. Secrets that are files are in no container's environment. */
function changedIn(services: readonly ObservedService[], own: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  const env = services.find(({ service }) => service === own)?.state.env ?? [];
  return [...secrets]
    .filter(([name, value]) => env.some((item) => item.startsWith(`${name}=`)) && !env.includes(`${name}=${value}`))
    .map(([name]) => name);
}

async function actOn(
  { kind, subject }: PlanStep,
  engine: Engine,
  input: ComposeRolloutInput,
  ports: ComposePorts,
): Promise<Container | undefined> {
  const { desired, last } = input;
  switch (kind) {
    case "load-image":
      await input.bring?.();
      return undefined;
    case "compose-up":
      return up(desired, input, ports);
    case "compose-put-back":
      return up(last ?? desired, input, ports);
    case "compose-down": {
      const { project, file } = desired;
      await ports.program.down({ ...input, project, file: await ports.keepFile(project, file) });
      return undefined;
    }
    case "await-health":
      return awaitService(subject, engine, input, ports);
    case "start-container":
    case "stop-container":
    case "resume-container":
    case "remove-container":
      throw new VoxError("INTERNAL", `Compose does not know the step \`${kind}\``);
  }
}

async function up(what: ComposeDesired, { folder, secrets }: ComposeRolloutInput, ports: ComposePorts): Promise<undefined> {
  const file = await ports.keepFile(what.project, what.file);
  await ports.program.up({ project: what.project, file, folder, secrets }, what.services);
}

async function awaitService(
  service: string,
  engine: Engine,
  { desired }: ComposeRolloutInput,
  ports: ComposePorts,
): Promise<Container> {
  const containers = await engine.containers({ [PROJECT]: desired.project, [SERVICE]: service }, { signal: ports.signal });
  const [newest] = containers;
  if (!newest) throw new VoxError("DEPLOY_FAILED", `no container of the service \`${service}\` was started`);
  for (const container of containers)
    await awaitHealth(container, service === desired.service ? desired.health : OTHER_SERVICE, ports);
  return newest;
}
