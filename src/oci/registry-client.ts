import { abortable } from "../core/abortable.ts";
import type { ByteStream } from "../core/byte-stream.ts";
import type { Clock } from "../core/clock.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { CredentialSource } from "./credentials.ts";
import { callFailure, type RegistryCall } from "./registry-answer.ts";
import { RegistryAuth } from "./registry-auth.ts";
import { admitAddress, registryOrigin, type RegistryOrigin } from "./registry-origin.ts";
import { ReplayableBody } from "./replayable-body.ts";
import { retrying } from "./retry.ts";
import type { TokenScopes } from "./token-scope.ts";
import type { HttpMethod, HttpResponse, HttpTransport } from "./transport.ts";

export interface RegistryPorts {
  readonly transport: HttpTransport;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  /** Hosts besides loopback that plain HTTP is spoken to. */
  readonly insecureHosts: readonly string[];
}

export interface RegistryRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ReplayableBody;
  readonly scopes: TokenScopes;
  readonly signal?: AbortSignal;
}

const MAX_REDIRECTS = 5;
/** A first challenge, and one more for a token that expired at that moment. */
const MAX_CHALLENGES = 2;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Speaks to one registry: authenticates, follows redirects without its credentials, and tries again what passing trouble broke. */
export class RegistryClient {
  readonly origin: RegistryOrigin;
  readonly clock: Clock;
  readonly #transport: HttpTransport;
  readonly #auth: RegistryAuth;

  /** @param host as references write it: `docker.io`, `127.0.0.1:5000` */
  constructor(host: string, ports: RegistryPorts) {
    this.origin = registryOrigin(host, ports.insecureHosts);
    this.clock = ports.clock;
    this.#transport = ports.transport;
    this.#auth = new RegistryAuth(this.origin, ports.credentials, ports);
  }

  /** An address of the registry's API: the path begins with `/v2/`. */
  address(path: string): URL {
    return new URL(path, this.origin.url);
  }

  call(request: RegistryRequest): RegistryCall {
    return {
      host: request.url.host === this.origin.url.host ? this.origin.host : request.url.host,
      method: request.method,
      path: request.url.pathname,
    };
  }

  /**
   * Sends until there is an answer that is not passing trouble; any status is the caller's to judge.
   * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED, REGISTRY_INSECURE
   */
  async send(request: RegistryRequest): Promise<HttpResponse> {
    try {
      return await retrying(() => this.once(request), { clock: this.clock, ...(request.signal && { signal: request.signal }) });
    } catch (error) {
      throw callFailure(error, this.call(request));
    }
  }

  /** Sends once, which may take several exchanges: a challenge answered, redirects followed. */
  async once(request: RegistryRequest): Promise<HttpResponse> {
    let url = request.url;
    for (let hops = 0; ; hops += 1) {
      const response = await this.#authorized(request, url);
      const location = this.#redirection(request, response);
      if (location === undefined) return response;
      await response.discard();
      if (hops === MAX_REDIRECTS) throw new VoxError("REGISTRY_UNAVAILABLE", `\`${this.origin.host}\` redirects without end`);
      url = admitAddress(this.origin, location, url);
    }
  }

  async #authorized(request: RegistryRequest, url: URL): Promise<HttpResponse> {
    // Credentials stay with their origin: a redirect or an upload address elsewhere is asked without.
    const own = url.origin === this.origin.url.origin;
    for (let challenges = 0; ; challenges += 1) {
      const authorization = own ? await abortable(this.#auth.authorization(request.scopes), request.signal) : undefined;
      const response = await this.#exchange(request, url, authorization);
      if (response.status !== 401 || !own || challenges === MAX_CHALLENGES) return response;
      const challenge = response.header("www-authenticate");
      const learnt = await abortable(this.#auth.challenged(challenge, request.scopes, authorization), request.signal);
      if (!learnt || isSpent(request.body)) return response;
      await response.discard();
    }
  }

  async #exchange(request: RegistryRequest, url: URL, authorization: string | undefined): Promise<HttpResponse> {
    const body = await startBody(request.body);
    try {
      return await this.#transport.send({
        method: request.method,
        url,
        headers: { ...request.headers, ...(authorization !== undefined && { authorization }) },
        ...(body !== undefined && { body }),
        ...(request.signal && { signal: request.signal }),
      });
    } catch (error) {
      if (request.body instanceof ReplayableBody) request.body.throwIfSourceFailed();
      throw error;
    }
  }

  #redirection(request: RegistryRequest, response: HttpResponse): string | undefined {
    const follows = request.method === "GET" || request.method === "HEAD";
    return follows && REDIRECTS.has(response.status) ? response.header("location") : undefined;
  }
}

export const isSpent = (body: RegistryRequest["body"]): boolean => body instanceof ReplayableBody && body.spent;

async function startBody(body: RegistryRequest["body"]): Promise<Uint8Array | ByteStream | undefined> {
  if (!(body instanceof ReplayableBody)) return body;
  const stream = await body.restart();
  body.throwIfSourceFailed();
  if (stream) return stream;
  throw new VoxError("REGISTRY_UNAVAILABLE", "an upload broke off and its content cannot be sent again", {
    hint: "run the command again",
  });
}
