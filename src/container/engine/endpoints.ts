import { VoxError } from "../../errors/vox-error.ts";
import type { EngineChoice } from "../../project/deploy-intent.ts";
import type { EngineEnvironment } from "./client-environment.ts";
import type { DockerContext } from "./docker-context.ts";
import { namedConnection, type PodmanConnection, type PodmanConnections } from "./podman-connections.ts";
import { parseSshAddress, sshDial, type SshClient } from "./ssh-dial.ts";

/** Where an engine may listen. */
export type EngineEndpoint =
  | { readonly kind: "socket"; readonly url: string; readonly path: string }
  | {
      readonly kind: "tcp";
      readonly url: string;
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      /** Folder of `ca.pem`, `cert.pem` and `key.pem`. */
      readonly certPath?: string;
    }
  /** Behind ssh: the program whose streams are a connection to it. */
  | { readonly kind: "dialled"; readonly url: string; readonly command: readonly string[] };

export interface EnginePlaces {
  readonly choice: EngineChoice;
  readonly environment: EngineEnvironment;
  /** In use by Docker's client. */
  readonly context?: DockerContext | undefined;
  /** Known to Podman's client. */
  readonly connections?: PodmanConnections | undefined;
  /** The user's own number, whose sockets are in `/run/user/UID` when no variable says otherwise; absent for none. */
  readonly uid?: number | undefined;
}

/**
 * The places to look for an engine, in order, as the engines' own clients look: a variable or a context that names one leaves no other of that kind.
 * @throws {VoxError} CONFIG_INVALID for an address that cannot be spoken to
 */
export function engineEndpoints(places: EnginePlaces): readonly EngineEndpoint[] {
  const { choice, environment, context } = places;
  if (choice === "podman") return podmanEndpoints(places);
  const named = environment.DOCKER_HOST;
  const certPath = environment.DOCKER_CERT_PATH;
  const tls = Boolean(environment.DOCKER_TLS_VERIFY);
  if (named) return [parseEndpoint(named, { name: "DOCKER_HOST", tls, certPath })];
  if (context) {
    const { host, name, certPath: own } = context;
    return [parseEndpoint(host, { name: `the Docker context \`${name}\``, tls: own !== undefined, certPath: own })];
  }
  const docker = dockerSockets(places).map(socketAt);
  return choice === "docker" ? docker : [...docker, ...podmanEndpoints(places)];
}

/** A service that Podman's client prefers is asked where none of this machine answers, since `podman` itself then is the machine's. */
function podmanEndpoints(places: EnginePlaces): readonly EngineEndpoint[] {
  const { environment } = places;
  const named = { name: "CONTAINER_HOST", client: "podman", identity: environment.CONTAINER_SSHKEY } as const;
  if (environment.CONTAINER_HOST) return [parseEndpoint(environment.CONTAINER_HOST, named)];
  const connections: PodmanConnections = places.connections ?? { known: new Map() };
  if (environment.CONTAINER_CONNECTION)
    return [connectionEndpoint(namedConnection(connections, environment.CONTAINER_CONNECTION))];
  const { chosen } = connections;
  const preferred = chosen === undefined ? [] : [connectionEndpoint(namedConnection(connections, chosen))];
  const sockets = podmanSockets(places).map(socketAt);
  return [...sockets, ...preferred.filter(({ url }) => !sockets.some((socket) => socket.url === url))];
}

const connectionEndpoint = ({ name, uri, identity }: PodmanConnection): EngineEndpoint =>
  parseEndpoint(uri, { name: `the Podman connection \`${name}\``, client: "podman", identity });

const socketAt = (path: string): EngineEndpoint => ({ kind: "socket", url: `unix://${path}`, path });

const dockerSockets = (places: EnginePlaces): readonly string[] => [
  "/var/run/docker.sock",
  ...runtimeDirs(places).map((dir) => `${dir}/docker.sock`),
];

const podmanSockets = (places: EnginePlaces): readonly string[] => [
  ...runtimeDirs(places).map((dir) => `${dir}/podman/podman.sock`),
  "/run/podman/podman.sock",
];

/** Root has no engine of its own beside the machine's. */
function runtimeDirs({ environment, uid }: EnginePlaces): readonly string[] {
  if (environment.XDG_RUNTIME_DIR) return [environment.XDG_RUNTIME_DIR];
  return uid === undefined || uid === 0 ? [] : [`/run/user/${uid}`];
}

interface AddressSource extends Partial<SshClient> {
  /** What named the address, for the complaint. */
  readonly name: string;
  readonly tls?: boolean;
  readonly certPath?: string | undefined;
}

function parseEndpoint(url: string, source: AddressSource): EngineEndpoint {
  const { name, tls: tlsWanted = false, certPath, client = "docker", identity } = source;
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.+)$/.exec(url) ?? [];
  if (scheme === "unix") return { kind: "socket", url, path: rest };
  if (scheme === "ssh") return { kind: "dialled", url, command: sshDial(parseSshAddress(url, name), { client, identity }) };
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/]+))(?::(\d+))?\/?$/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  if (!["tcp", "http", "https"].includes(scheme) || host === undefined) {
    throw new VoxError("CONFIG_INVALID", `\`${url}\` of ${name} is not an engine's address that vox can speak to`, {
      hint: "write it as `unix:///path/to.sock`, `tcp://host:port` or `ssh://user@host`",
    });
  }
  const tls = scheme === "https" || tlsWanted;
  return { kind: "tcp", url, host, port: Number(port ?? (tls ? 2376 : 2375)), tls, ...(certPath && { certPath }) };
}
