import { VoxError } from "../../errors/vox-error.ts";
import type { EngineChoice } from "../../project/deploy-intent.ts";
import type { EngineEnvironment } from "./client-environment.ts";
import type { DockerContext } from "./docker-context.ts";

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
    };

export interface EnginePlaces {
  readonly choice: EngineChoice;
  readonly environment: EngineEnvironment;
  /** In use by Docker's client. */
  readonly context?: DockerContext | undefined;
  /** The user's own number, whose sockets are in `/run/user/UID` when no variable says otherwise; absent for none. */
  readonly uid?: number | undefined;
}

/**
 * The places to look for an engine, in order, as the engines' own clients look: a variable or a context that names one leaves no other of that kind.
 * @throws {VoxError} CONFIG_INVALID for an address that cannot be spoken to
 */
export function engineEndpoints(places: EnginePlaces): readonly EngineEndpoint[] {
  const { choice, environment, context } = places;
  const podman = (): readonly EngineEndpoint[] =>
    environment.CONTAINER_HOST
      ? [parseEndpoint(environment.CONTAINER_HOST, { name: "CONTAINER_HOST" })]
      : podmanSockets(places).map(socketAt);
  if (choice === "podman") return podman();
  const named = environment.DOCKER_HOST;
  const certPath = environment.DOCKER_CERT_PATH;
  const tls = Boolean(environment.DOCKER_TLS_VERIFY);
  if (named) return [parseEndpoint(named, { name: "DOCKER_HOST", tls, certPath })];
  if (context) {
    const { host, name, certPath: own } = context;
    return [parseEndpoint(host, { name: `the Docker context \`${name}\``, tls: own !== undefined, certPath: own })];
  }
  const docker = dockerSockets(places).map(socketAt);
  return choice === "docker" ? docker : [...docker, ...podman()];
}

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

interface AddressSource {
  /** What named the address, for the complaint. */
  readonly name: string;
  readonly tls?: boolean;
  readonly certPath?: string | undefined;
}

function parseEndpoint(url: string, { name, tls: tlsWanted = false, certPath }: AddressSource): EngineEndpoint {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.+)$/.exec(url) ?? [];
  if (scheme === "unix") return { kind: "socket", url, path: rest };
  if (scheme === "ssh") throw overSsh(url, name, rest);
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/]+))(?::(\d+))?\/?$/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  if (!["tcp", "http", "https"].includes(scheme) || host === undefined) {
    throw new VoxError("CONFIG_INVALID", `\`${url}\` of ${name} is not an engine's address that vox can speak to`, {
      hint: "write it as `unix:///path/to.sock` or `tcp://host:port`",
    });
  }
  const tls = scheme === "https" || tlsWanted;
  return { kind: "tcp", url, host, port: Number(port ?? (tls ? 2376 : 2375)), tls, ...(certPath && { certPath }) };
}

/** Docker's client starts a program on the other machine through ssh; a forwarded socket does the same for any client. */
const overSsh = (url: string, name: string, place: string): VoxError =>
  new VoxError("CONFIG_INVALID", `\`${url}\` of ${name} is reached over ssh, which vox does not speak to engines`, {
    hint: `run \`ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock ${place.split("/")[0]}\` and set DOCKER_HOST=unix:///tmp/engine.sock`,
  });
