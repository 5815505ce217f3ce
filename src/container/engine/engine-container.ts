import type Dockerode from "dockerode";
import { demuxLogs } from "./demux-logs.ts";
import type { Container, ContainerSpec, ContainerState, PortRequest } from "./engine.ts";
import { engineFailure, isNotFound } from "./engine-failure.ts";

/** A container as the Engine API wants it described ("ContainerCreate"). */
export function createOptions(spec: ContainerSpec, limits: "engine" | "modest"): Dockerode.ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port.container), {}])),
    HostConfig: {
      PortBindings: portBindings(spec.ports),
      RestartPolicy: { Name: spec.restart },
      ...(limits === "modest" && { Ulimits: [...MODEST_ULIMITS] }),
    },
  };
}

/** What any process may have: Podman asks for more by itself, which an engine that is limited itself may not give. */
const MODEST_ULIMITS = [
  { Name: "nofile", Soft: 1024, Hard: 1024 },
  { Name: "nproc", Soft: 4096, Hard: 4096 },
] as const;

const portKey = (port: number): string => `${port}/tcp`;

function portBindings(ports: readonly PortRequest[]): Dockerode.PortMap {
  const bindings: Dockerode.PortMap = {};
  for (const { container, host, address } of ports) {
    const binding = { HostIp: address ?? "", HostPort: host === undefined ? "" : String(host) };
    bindings[portKey(container)] = [...(bindings[portKey(container)] ?? []), binding];
  }
  return bindings;
}

export function containerOf(container: Dockerode.Container, name: string): Container {
  return {
    id: container.id,
    name,
    inspect: () => attempt(name, "inspect", async () => stateOf(await container.inspect())),
    logs: ({ lines }) =>
      attempt(name, "read the logs of", async () =>
        demuxLogs(await container.logs({ stdout: true, stderr: true, tail: lines })),
      ),
    remove: ({ timeoutMs }) => attempt(name, "remove", () => stopAndRemove(container, timeoutMs)),
  };
}

async function stopAndRemove(container: Dockerode.Container, timeoutMs: number): Promise<void> {
  try {
    await container.stop({ t: Math.ceil(timeoutMs / 1000) }).catch(passIfStopped);
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** 304: it was not running. */
function passIfStopped(error: unknown): void {
  if (!(error instanceof Error && "statusCode" in error && error.statusCode === 304)) throw error;
}

function stateOf(info: Dockerode.ContainerInspectInfo): ContainerState {
  const health = info.State.Health?.Status;
  return {
    status: info.State.Status,
    exitCode: info.State.ExitCode,
    ...(health && health !== "none" && { health }),
    image: info.Image,
    labels: info.Config.Labels ?? {},
    ports: Object.entries(info.NetworkSettings.Ports ?? {}).flatMap(([key, bindings]) =>
      (bindings ?? []).map((binding) => ({
        container: Number.parseInt(key, 10),
        host: Number(binding.HostPort),
        address: binding.HostIp,
      })),
    ),
  };
}

async function attempt<T>(name: string, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw engineFailure(`does not ${what} container \`${name}\``, error);
  }
}
