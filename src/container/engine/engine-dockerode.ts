import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type Dockerode from "dockerode";
import type { ByteStream } from "../../core/byte-stream.ts";
import { parsePlatform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { EngineChoice } from "../../project/deploy-intent.ts";
import { buildsWithBuildkit, negotiateApiVersion } from "./api-version.ts";
import { containerOf, createOptions } from "./engine-container.ts";
import { EngineImages } from "./engine-images.ts";
import type { EngineEnvironment } from "./client-environment.ts";
import { type EngineEndpoint, engineEndpoints, type EnginePlaces } from "./endpoints.ts";
import type { Container, ContainerSpec, Engine, EngineDescription } from "./engine.ts";
import { isLimitRefused, engineFailure, reasonOf } from "./engine-failure.ts";
import { readDockerContext } from "./fs-docker-context.ts";
import { readPodmanConnections } from "./fs-podman-connections.ts";
import { noEngine, type TriedPlace } from "./no-engine.ts";
import { DialledAgent } from "./process-dialled-agent.ts";

export interface ConnectOptions {
  readonly choice: EngineChoice;
  readonly environment: EngineEnvironment;
  /** Where Docker's client keeps its contexts; absent, none is looked for. */
  readonly dockerConfigDir?: string;
  /** Where Podman's client keeps its connections; absent, none is looked for. */
  readonly home?: string;
  readonly uid?: number | undefined;
}

const PROBE_TIMEOUT_MS = 5_000;
/** Longer than ssh itself waits for the other machine. */
const DIALLED_PROBE_TIMEOUT_MS = 40_000;

/**
 * The first engine that answers, with the API version that both sides know.
 * @throws {VoxError} ENGINE_UNAVAILABLE saying what was tried, CONFIG_INVALID
 */
export async function connectEngine(options: ConnectOptions): Promise<Engine> {
  const { choice, environment } = options;
  const places = await enginePlaces(options);
  const tried: TriedPlace[] = [];
  for (const endpoint of engineEndpoints(places)) {
    try {
      const engine = await connectTo(endpoint, environment);
      if (choice === "auto" || engine.description.kind === choice) return engine;
      tried.push({ url: endpoint.url, reason: `is ${engine.description.kind}` });
    } catch (error) {
      if (error instanceof VoxError) throw error;
      tried.push({ url: endpoint.url, reason: reasonOf(error) });
    }
  }
  throw noEngine(places, tried);
}

/** What the clients of Docker and Podman keep, as far as it matters for the choice. */
async function enginePlaces({ choice, environment, dockerConfigDir, home, uid }: ConnectOptions): Promise<EnginePlaces> {
  const asksDocker = choice !== "podman" && dockerConfigDir !== undefined;
  const context = asksDocker ? await readDockerContext(dockerConfigDir, environment) : undefined;
  const named = choice !== "podman" && (environment.DOCKER_HOST || context);
  const asksPodman = choice !== "docker" && !named && home !== undefined;
  const connections = asksPodman ? await readPodmanConnections(home, environment) : undefined;
  return { choice, environment, context, connections, uid };
}

async function connectTo(endpoint: EngineEndpoint, environment: EngineEnvironment): Promise<Engine> {
  const address = await addressOf(endpoint);
  // The library takes 300 ms to load, and most commands need no engine.
  const { default: Docker } = await import("dockerode");
  const patience = endpoint.kind === "dialled" ? DIALLED_PROBE_TIMEOUT_MS : PROBE_TIMEOUT_MS;
  const probe: ProbeOptions = { ...address, connectionTimeout: patience };
  const version = await new Docker(probe).version();
  const apiVersion = negotiateApiVersion({ newest: version.ApiVersion, oldest: version.MinAPIVersion || undefined });
  const description: EngineDescription = {
    kind: isPodman(version) ? "podman" : "docker",
    version: version.Version,
    apiVersion,
    platform: parsePlatform(`${version.Os}/${version.Arch}`),
    endpoint: endpoint.url,
  };
  const buildkit = description.kind === "docker" && buildsWithBuildkit(apiVersion, environment.DOCKER_BUILDKIT);
  return new DockerodeEngine(new Docker({ ...address, version: `v${apiVersion}` }), description, { buildkit });
}

/** The library's limit, which its types do not know, ends with the answer's head: a load may take any time until then. */
type ProbeOptions = Dockerode.DockerOptions & { readonly connectionTimeout: number };

/** All that the library would otherwise take from DOCKER_HOST and the variables beside it, whatever place is meant here. */
const NOTHING_ELSE = {
  host: undefined,
  port: undefined,
  protocol: "http",
  ca: undefined,
  cert: undefined,
  key: undefined,
} as const;

/** Nor does it know types of what it gives to Node's HTTP. */
type AddressOptions = Dockerode.DockerOptions & { readonly agent?: DialledAgent };

async function addressOf(endpoint: EngineEndpoint): Promise<AddressOptions> {
  if (endpoint.kind === "socket") return { ...NOTHING_ELSE, socketPath: endpoint.path };
  if (endpoint.kind === "dialled") return { ...NOTHING_ELSE, host: "engine", agent: new DialledAgent(endpoint.command) };
  const { host, port, tls, certPath } = endpoint;
  const address = { ...NOTHING_ELSE, host, port };
  if (!tls) return address;
  if (certPath === undefined) return { ...address, protocol: "https" };
  const [ca, cert, key] = await Promise.all(["ca.pem", "cert.pem", "key.pem"].map((name) => readFile(join(certPath, name))));
  return { ...address, protocol: "https", ca, cert, key };
}

const isPodman = (version: Dockerode.DockerVersion): boolean =>
  (version.Components ?? []).some((component) => component.Name.startsWith("Podman"));

class DockerodeEngine implements Engine {
  readonly description: EngineDescription;
  readonly images: EngineImages;
  readonly #docker: Dockerode;

  constructor(docker: Dockerode, description: EngineDescription, { buildkit }: { readonly buildkit: boolean }) {
    this.#docker = docker;
    this.description = description;
    this.images = new EngineImages(docker, { description, buildkit });
  }

  load(archive: ByteStream, options: TransferOptions = {}): Promise<string> {
    return this.images.load(archive, options);
  }

  async run(spec: ContainerSpec, options: TransferOptions = {}): Promise<Container> {
    const what = `does not start container \`${spec.name}\``;
    try {
      return await this.#start(createOptions(spec, "engine"), spec.name, options);
    } catch (error) {
      if (!isLimitRefused(error)) throw engineFailure(what, error);
    }
    return this.#attempt(what, () => this.#start(createOptions(spec, "modest"), spec.name, options));
  }

  /** A container that does not start is removed. */
  async #start(options: Dockerode.ContainerCreateOptions, name: string, { signal }: TransferOptions): Promise<Container> {
    const created = await this.#attempt(`does not create container \`${name}\``, () =>
      this.#docker.createContainer({ ...options, ...(signal && { abortSignal: signal }) }),
    );
    try {
      await created.start();
    } catch (error) {
      await created.remove({ force: true, v: true }).catch(() => undefined);
      throw error;
    }
    return containerOf(created, name);
  }

  async containers(labels: Readonly<Record<string, string>>, { signal }: TransferOptions = {}): Promise<readonly Container[]> {
    const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const found = await this.#attempt("does not list containers", () =>
      this.#docker.listContainers({ all: true, filters: { label }, ...(signal && { abortSignal: signal }) }),
    );
    return found
      .sort((left, right) => right.Created - left.Created)
      .map((info) => containerOf(this.#docker.getContainer(info.Id), (info.Names[0] ?? info.Id).replace(/^\//, "")));
  }

  async #attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw engineFailure(what, error);
    }
  }
}
