import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import type { Container, Engine } from "../../container/engine/engine.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { awaitHealth, type HealthPorts } from "../await-health.ts";
import type { HealthWait } from "../health-wait.ts";
import { COMPOSE_LABEL, LABEL } from "../labels.ts";
import type { DeployPlan, PlanStep } from "../plan.ts";
import type { Rollout } from "../rollout.ts";
import type { ComposeDesired } from "./compose-desired.ts";
import type { ComposeCall, ComposeProgram } from "./compose-program.ts";
import { type ComposeObserved, type ObservedService, planCompose } from "./plan-compose.ts";

export interface ComposeRolloutInput {
  readonly desired: ComposeDesired;
  /** What was deployed last, and can be put back. */
  readonly last: ComposeDesired | undefined;
  readonly isSettled: boolean;
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

/** A service that is not ours goes on running, says by itself that it is well, or has done what it was there for. */
const OTHER_SERVICE: HealthWait = { kind: "running", timeoutMs: 180_000, mayEnd: true };

/**
 * Looks at what runs of a project, and plans what makes it what it should be.
 * @throws {VoxError} ENGINE_FAILED, DEPLOY_UNSUPPORTED for what the program cannot do, and where the project is another environment's
 */
export async function composeRollout(engine: Engine, input: ComposeRolloutInput, ports: ComposePorts): Promise<Rollout> {
  const { desired, last, isSettled, bring } = input;
  refuseSecretFiles(desired, ports.program);
  const services = await observe(engine, desired, ports);
  refuseOtherEnvironment(desired, services);
  const held = await engine.images.find(desired.reference);
  const observed: ComposeObserved = {
    lacksImage: bring !== undefined && held === undefined,
    ...(held && { imageId: held.id }),
    services,
    ...(last && { last }),
    isSettled,
  };
  const plan = planCompose({ desired, observed, changedSecrets: await changedIn(services, input) });
  const running = services.find(({ service }) => service === desired.service)?.container;
  return new ComposeHands(plan, { engine, input, ports, running });
}

interface SeenService extends ObservedService {
  readonly container: Container;
}

async function observe(engine: Engine, { project }: ComposeDesired, { signal }: ComposePorts): Promise<readonly SeenService[]> {
  const services = [];
  for (const container of await engine.containers({ [COMPOSE_LABEL.project]: project }, { signal })) {
    const state = await container.inspect();
    services.push({ service: state.labels[COMPOSE_LABEL.service] ?? container.name, state, container });
  }
  return services;
}

function refuseSecretFiles({ secretFiles, secrets }: ComposeDesired, { name, givesSecretFiles }: ComposeProgram): void {
  if (givesSecretFiles || !secretFiles || secrets.length === 0) return;
  throw new VoxError("DEPLOY_UNSUPPORTED", `\`${name}\` cannot give secrets as files`, {
    hint: "install Compose 2.6 or newer, or take `secrets` out of [deploy.compose]",
  });
}

/** Two environments of one name would take each other's containers down. */
function refuseOtherEnvironment({ project, environment }: ComposeDesired, services: readonly SeenService[]): void {
  const other = services.map(({ state }) => state.labels[LABEL.environment]).find((label) => label !== undefined);
  if (other === undefined || other === environment) return;
  throw new VoxError("DEPLOY_UNSUPPORTED", `the Compose project \`${project}\` on this engine is that of \`${other}\``, {
    place: { file: MANIFEST_FILE },
    hint: `give \`project_name\` in [deploy.environments.${environment}.compose]`,
  });
}

/** Values are compared here and go no further. */
async function changedIn(
  services: readonly SeenService[],
  { desired, secrets }: ComposeRolloutInput,
): Promise<readonly string[]> {
  const own = services.find(({ service }) => service === desired.service);
  if (!own) return [];
  const changed = [];
  for (const [name, value] of secrets) {
    const has = desired.secretFiles ? await own.container.readFile(`/run/secrets/${name}`) : variableOf(own.state.env, name);
    if (has !== value) changed.push(name);
  }
  return changed;
}

const variableOf = (env: readonly string[], name: string): string | undefined =>
  env.find((item) => item.startsWith(`${name}=`))?.slice(name.length + 1);

interface ComposeSite {
  readonly engine: Engine;
  readonly input: ComposeRolloutInput;
  readonly ports: ComposePorts;
  /** The application's container that was there. */
  readonly running: Container | undefined;
}

/** Carries a plan out; what is waited for is what was last brought up, the new version or the one that is put back. */
class ComposeHands implements Rollout {
  readonly plan: DeployPlan;
  readonly #engine: Engine;
  readonly #input: ComposeRolloutInput;
  readonly #ports: ComposePorts;
  #up: ComposeDesired;
  /** What Compose printed last. */
  #told = "";
  #fresh: Container | undefined;

  constructor(plan: DeployPlan, { engine, input, ports, running }: ComposeSite) {
    this.plan = plan;
    this.#engine = engine;
    this.#input = input;
    this.#ports = ports;
    this.#up = input.desired;
    if (plan.steps.length === 0) this.#fresh = running;
  }

  fresh(): Container | undefined {
    return this.#fresh;
  }

  async act({ kind, subject }: PlanStep): Promise<void> {
    const { desired, last, bring } = this.#input;
    const { program } = this.#ports;
    switch (kind) {
      case "load-image":
        return bring?.();
      case "compose-renew":
        return program.renew(await this.#call(desired), subject);
      case "compose-up":
        return this.#bringUp(desired);
      case "compose-put-back":
        return this.#bringUp(last ?? desired);
      case "compose-down":
        return program.down(await this.#call(desired));
      case "await-health":
        return this.#awaitService(subject);
      case "start-container":
      case "stop-container":
      case "resume-container":
      case "remove-container":
        throw new VoxError("INTERNAL", `Compose does not know the step \`${kind}\``);
    }
  }

  async #bringUp(what: ComposeDesired): Promise<void> {
    this.#up = what;
    this.#told = await this.#ports.program.up(await this.#call(what), what.services);
  }

  async #call({ project, file }: ComposeDesired): Promise<ComposeCall> {
    const { folder, secrets } = this.#input;
    return { project, file: await this.#ports.keepFile(project, file), folder, secrets };
  }

  async #awaitService(service: string): Promise<void> {
    const { project, service: own, health } = this.#up;
    const labels = { [COMPOSE_LABEL.project]: project, [COMPOSE_LABEL.service]: service };
    const containers = await this.#engine.containers(labels, { signal: this.#ports.signal });
    const [newest] = containers;
    if (!newest) throw this.#failure(`no container of the service \`${service}\` was started`);
    for (const container of containers) {
      if (service === own) await this.#requireImage(container);
      await awaitHealth(container, service === own ? health : OTHER_SERVICE, this.#ports);
    }
    if (service === own) this.#fresh = newest;
  }

  /** A Compose program may leave the old container where it should have made a new one. */
  async #requireImage(container: Container): Promise<void> {
    const { image } = await container.inspect();
    const held = await this.#engine.images.find(this.#up.reference);
    if (held?.id === image) return;
    throw this.#failure(`\`${container.name}\` runs another image than \`${this.#up.reference}\``);
  }

  #failure(message: string): VoxError {
    const cause = new Error(this.#told === "" ? "Compose printed nothing" : this.#told);
    return new VoxError("DEPLOY_FAILED", message, { hint: "see what Compose printed, below", cause });
  }
}
