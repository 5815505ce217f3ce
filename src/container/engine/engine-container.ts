import type Dockerode from "dockerode";
import { foreignEntries } from "../../archive/foreign-members.ts";
import { collectBytes } from "../../core/byte-stream.ts";
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
      ...hardening(spec),
      Mounts: Object.entries(spec.volumes ?? {}).map(([Source, Target]) => ({ Type: "volume", Source, Target })),
      ...(limits === "modest" && { Ulimits: [...MODEST_ULIMITS] }),
    },
  };
}

const hardening = ({ readOnly, dropsCapabilities }: ContainerSpec): Dockerode.HostConfig => ({
  ...(readOnly && { ReadonlyRootfs: true, Tmpfs: { "/tmp": "" } }),
  ...(dropsCapabilities && { CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] }),
});

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
    exec: (command) => attempt(name, "run a program in", () => execIn(container, command)),
    readFile: (path) => attempt(name, "read a file of", () => readFile(container, path)),
    start: () => attempt(name, "start", async () => void (await container.start().catch(passIfSo))),
    stop: ({ timeoutMs }) => attempt(name, "stop", () => stop(container, timeoutMs)),
    remove: ({ timeoutMs }) => attempt(name, "remove", () => stopAndRemove(container, timeoutMs)),
  };
}

async function stopAndRemove(container: Dockerode.Container, timeoutMs: number): Promise<void> {
  try {
    await stop(container, timeoutMs);
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function stop(container: Dockerode.Container, timeoutMs: number): Promise<void> {
  await container.stop({ t: Math.ceil(timeoutMs / 1000) }).catch(passIfSo);
}

async function execIn(container: Dockerode.Container, command: readonly string[]): Promise<number> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const output = await exec.start({});
  // The engine knows the exit code once the output has ended.
  output.resume();
  await new Promise((resolve) => output.once("close", resolve).once("end", resolve));
  return (await exec.inspect()).ExitCode ?? 1;
}

const MAX_FILE_BYTES = 1024 * 1024;

/** An engine gives a file as a tar of one member. */
async function readFile(container: Dockerode.Container, path: string): Promise<string | undefined> {
  try {
    const archive = bytesOf(await container.getArchive({ path }));
    for await (const { isFile, content } of foreignEntries(archive))
      if (isFile)
        return new TextDecoder().decode(await collectBytes(content, { maxBytes: MAX_FILE_BYTES, what: `\`${path}\`` }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return undefined;
}

async function* bytesOf(stream: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield Buffer.from(chunk);
}

/** 304: it is so already. */
function passIfSo(error: unknown): void {
  if (!(error instanceof Error && "statusCode" in error && error.statusCode === 304)) throw error;
}

function stateOf(info: Dockerode.ContainerInspectInfo): ContainerState {
  const health = info.State.Health?.Status;
  return {
    status: info.State.Status,
    exitCode: info.State.ExitCode,
    ...(health && health !== "none" && { health }),
    restarts: info.RestartCount ?? 0,
    env: info.Config.Env ?? [],
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
