import { VoxError } from "../errors/vox-error.ts";
import { isLoopbackHost, isPrivateHost, listsHost } from "./network-host.ts";
import { apiHost } from "./reference.ts";

/** Where a registry's API answers, and which addresses it may send a client on to. */
export interface RegistryOrigin {
  /** As references write it. */
  readonly host: string;
  readonly url: URL;
  readonly insecureHosts: readonly string[];
}

/** Plain HTTP is spoken to loopback and to the hosts that are listed for it; all else is https (contracts, §8). */
export function registryOrigin(host: string, insecureHosts: readonly string[]): RegistryOrigin {
  const scheme = allowsPlainHttp(host, insecureHosts) ? "http" : "https";
  return { host, url: new URL(`${scheme}://${apiHost(host)}`), insecureHosts };
}

/**
 * An address that the registry named in a `Location` or as its token realm, when a client may follow it there.
 * @throws {VoxError} REGISTRY_INSECURE when it lacks TLS, REGISTRY_UNAVAILABLE when it is no address of the web or leads inside a private network
 */
export function admitAddress(origin: RegistryOrigin, location: string, base: URL): URL {
  const url = parseAddress(origin, location, base);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new VoxError("REGISTRY_UNAVAILABLE", `\`${origin.host}\` sends on to \`${url.protocol}\`, which is refused`);
  if (url.protocol === "http:" && url.host === origin.url.host) url.protocol = origin.url.protocol;
  if (url.protocol !== "https:" && !(url.protocol === "http:" && allowsPlainHttp(url.host, origin.insecureHosts))) {
    throw new VoxError("REGISTRY_INSECURE", `\`${origin.host}\` sends on to \`${url.origin}\`, which is without TLS`);
  }
  if (url.host !== origin.url.host && isPrivateHost(url.host) && !isPrivateHost(origin.url.host)) {
    throw new VoxError(
      "REGISTRY_UNAVAILABLE",
      `\`${origin.host}\` sends on to the private address \`${url.host}\`, which is refused`,
    );
  }
  return url;
}

const allowsPlainHttp = (host: string, insecureHosts: readonly string[]): boolean =>
  isLoopbackHost(host) || listsHost(insecureHosts, host);

function parseAddress(origin: RegistryOrigin, location: string, base: URL): URL {
  try {
    return new URL(location, base);
  } catch (cause) {
    throw new VoxError("REGISTRY_UNAVAILABLE", `\`${origin.host}\` sends on to what is no address`, { cause });
  }
}
