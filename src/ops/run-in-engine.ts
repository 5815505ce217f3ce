import type { Container, ContainerState, Engine } from "../container/engine/engine.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DeployIntent } from "../project/deploy-intent.ts";
import type { RunPorts } from "./ports.ts";

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly ports: ContainerState["ports"];
}

const STOP_TIMEOUT_MS = 10_000;
const LOG_LINES = 20;

/** The labels by which vox finds what it runs. */
const labelsOf = ({ environment, container }: DeployIntent) => ({
  "dev.vox.image-name": container.imageName,
  "dev.vox.environment": environment,
});

/**
 * Runs a loaded image in place of what ran before, its ports published on loopback, the same ones where they are free.
 * @throws {VoxError} ENGINE_FAILED, also when the new container ends at once; DEPLOY_UNSUPPORTED for secrets
 */
export async function runInEngine(
  engine: Engine,
  { id, deploy }: { readonly id: string; readonly deploy: DeployIntent },
  { signal, onEvent }: RunPorts,
): Promise<RunningContainer> {
  refuseSecrets(deploy);
  for (const old of await engine.containers(labelsOf(deploy), { signal })) await old.remove({ timeoutMs: STOP_TIMEOUT_MS });
  const { imageName, ports = [] } = deploy.container;
  const container = await engine.run(
    {
      name: `${imageName.replaceAll("/", "-")}-${deploy.environment}`,
      image: id,
      env: {},
      labels: labelsOf(deploy),
      ports: ports.map((port) => ({ container: port, address: "127.0.0.1" })),
      restart: "no",
    },
    { signal },
  );
  const state = await container.inspect();
  if (state.status !== "running") throw await endedAtOnce(container, state);
  onEvent({ kind: "step", message: `\`${container.name}\` runs in ${engine.description.kind}` });
  return { id: container.id, name: container.name, status: state.status, ports: state.ports };
}

/** Their values come from the target's own secret mechanism, which a bare engine lacks. */
function refuseSecrets({ container }: DeployIntent): void {
  if (container.secrets.length === 0) return;
  throw new VoxError(
    "DEPLOY_UNSUPPORTED",
    `\`vox deploy --run\` cannot give the secrets ${container.secrets.map((name) => `\`${name}\``).join(", ")}`,
    {
      hint: "run `vox deploy --load`, and start the container with your own means",
    },
  );
}

async function endedAtOnce(container: Container, { status, exitCode }: ContainerState): Promise<VoxError> {
  const logs = await container.logs({ lines: LOG_LINES });
  await container.remove({ timeoutMs: 0 });
  return new VoxError(
    "ENGINE_FAILED",
    `\`${container.name}\` is \`${status}\` with exit code ${exitCode} right after its start`,
    {
      hint: "see what it printed, below",
      cause: new Error(logs.trim() === "" ? "it printed nothing" : logs.trim()),
    },
  );
}
