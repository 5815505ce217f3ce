import { VoxError } from "../../errors/vox-error.ts";
import type { EngineChoice } from "../../project/deploy-intent.ts";

/** Where an engine may listen. */
export type EngineEndpoint =
  | { readonly kind: "socket"; readonly url: string; readonly path: string }
  | { readonly kind: "tcp"; readonly url: string; readonly host: string; readonly port: number; readonly tls: boolean };

/** The variables that Docker's and Podman's own clients read. */
export interface EngineEnvironment {
  readonly DOCKER_HOST?: string | undefined;
  readonly DOCKER_TLS_VERIFY?: string | undefined;
  readonly DOCKER_CERT_PATH?: string | undefined;
  readonly DOCKER_BUILDKIT?: string | undefined;
  readonly CONTAINER_HOST?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
}

/**
 * The places to look for an engine, in order; a variable that names one leaves no other.
 * @throws {VoxError} CONFIG_INVALID for an address that cannot be spoken to
 */
export function engineEndpoints(choice: EngineChoice, environment: EngineEnvironment): readonly EngineEndpoint[] {
  const named = choice === "podman" ? environment.CONTAINER_HOST : environment.DOCKER_HOST;
  if (named) return [parseEndpoint(named, Boolean(environment.DOCKER_TLS_VERIFY))];
  const runtimeDir = environment.XDG_RUNTIME_DIR;
  const docker = ["/var/run/docker.sock", ...(runtimeDir ? [`${runtimeDir}/docker.sock`] : [])];
  const podman = [...(runtimeDir ? [`${runtimeDir}/podman/podman.sock`] : []), "/run/podman/podman.sock"];
  const paths = { docker, podman, auto: [...docker, ...podman] }[choice];
  return paths.map((path) => ({ kind: "socket", url: `unix://${path}`, path }));
}

function parseEndpoint(url: string, tlsVerify: boolean): EngineEndpoint {
  const [, scheme = "", rest = ""] = /^([a-z]+):\/\/(.+)$/.exec(url) ?? [];
  if (scheme === "unix") return { kind: "socket", url, path: rest };
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/]+))(?::(\d+))?\/?$/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  if (!["tcp", "http", "https"].includes(scheme) || host === undefined) {
    throw new VoxError("CONFIG_INVALID", `\`${url}\` is not an engine's address that vox can speak to`, {
      hint: "write it as `unix:///path/to.sock` or `tcp://host:port`",
    });
  }
  const tls = scheme === "https" || tlsVerify;
  return { kind: "tcp", url, host, port: Number(port ?? (tls ? 2376 : 2375)), tls };
}
