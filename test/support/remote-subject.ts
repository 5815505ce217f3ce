import type { Clock } from "../../src/core/clock.ts";
import { anonymous, type CredentialSource } from "../../src/oci/credentials.ts";
import { UndiciTransport } from "../../src/oci/http-undici-transport.ts";
import { RegistryClient } from "../../src/oci/registry-client.ts";
import type { HttpTransport } from "../../src/oci/transport.ts";
import { InstantClock } from "./instant-clock.ts";

export interface ClientOptions {
  readonly credentials?: CredentialSource;
  readonly clock?: Clock;
  readonly transport?: HttpTransport;
  readonly insecureHosts?: readonly string[];
}

/** A client over real sockets whose waits take no time. */
export function clientOf(host: string, options: ClientOptions = {}): RegistryClient {
  return new RegistryClient(host, {
    transport: options.transport ?? new UndiciTransport(),
    credentials: options.credentials ?? anonymous,
    clock: options.clock ?? new InstantClock(),
    insecureHosts: options.insecureHosts ?? [],
  });
}
