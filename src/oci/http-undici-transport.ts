import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { ByteStream } from "../core/byte-stream.ts";
import { isLoopbackHost } from "./network-host.ts";
import { notTooSlow, type SpeedLimit } from "./slow-body.ts";
import { ConnectionFailure, type HttpRequest, type HttpResponse, type HttpTransport } from "./transport.ts";

export interface UndiciTransportOptions {
  /** The values of HTTPS_PROXY, HTTP_PROXY and NO_PROXY; loopback never goes through a proxy. */
  readonly proxy?: { readonly https?: string; readonly http?: string; readonly no?: string };
  /** How long a connection may take to stand, in milliseconds. */
  readonly connectTimeoutMs?: number;
  /** How long the answer's headers may take after the request is sent, in milliseconds; five times that after an upload. */
  readonly headersTimeoutMs?: number;
  /** How long an answer's body may pause, in milliseconds. */
  readonly bodyTimeoutMs?: number;
  /** What an answer's body has to bring at least, however evenly it drips; by default 600 bytes a minute. */
  readonly speedLimit?: SpeedLimit;
  readonly userAgent?: string;
}

const SPEED_LIMIT: SpeedLimit = { windowMs: 60_000, minBytes: 600, nowMs: () => performance.now() };

const UPLOAD_PATIENCE = 5;

/** HTTP over undici, which is loaded with the first request; connections are kept and shared. */
export class UndiciTransport implements HttpTransport, AsyncDisposable {
  readonly #options: UndiciTransportOptions;
  #pools: Promise<Pools> | undefined;

  constructor(options: UndiciTransportOptions = {}) {
    this.#options = options;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    this.#pools ??= openPools(this.#options);
    const pools = await this.#pools;
    const { headersTimeoutMs = 60_000, bodyTimeoutMs = 60_000, userAgent = "vox" } = this.#options;
    request.signal?.throwIfAborted();
    try {
      const response = await pools.for(request.url).request({
        origin: request.url.origin,
        path: `${request.url.pathname}${request.url.search}`,
        method: request.method,
        headers: { "user-agent": userAgent, ...request.headers },
        headersTimeout: request.body === undefined ? headersTimeoutMs : headersTimeoutMs * UPLOAD_PATIENCE,
        bodyTimeout: bodyTimeoutMs,
        ...(request.body !== undefined && { body: sendable(request.body) }),
        ...(request.signal && { signal: request.signal }),
      });
      return new UndiciResponse(response, request.signal, this.#options.speedLimit ?? SPEED_LIMIT);
    } catch (error) {
      throw connectionFailure(error, request.signal);
    }
  }

  /** Ends the connections; requests that are under way fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#pools)?.destroy();
  }
}

class UndiciResponse implements HttpResponse {
  readonly status: number;
  readonly #response: Dispatcher.ResponseData;
  readonly #signal: AbortSignal | undefined;
  readonly #speedLimit: SpeedLimit;

  constructor(response: Dispatcher.ResponseData, signal: AbortSignal | undefined, speedLimit: SpeedLimit) {
    this.#speedLimit = speedLimit;
    this.status = response.statusCode;
    this.#response = response;
    this.#signal = signal;
  }

  header(name: string): string | undefined {
    const value = this.#response.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  get body(): ByteStream {
    return notTooSlow(this.#read(), this.#speedLimit);
  }

  async discard(): Promise<void> {
    // A short rest is read so that the connection can be used again; a long one is cut off with it.
    await this.#response.body.dump({ limit: 128 * 1024 }).catch(() => undefined);
  }

  async *#read(): ByteStream {
    try {
      for await (const chunk of this.#response.body) if (chunk instanceof Uint8Array) yield chunk;
    } catch (error) {
      throw connectionFailure(error, this.#signal);
    }
  }
}

interface Pools {
  for(url: URL): Dispatcher;
  destroy(): Promise<void>;
}

async function openPools({ proxy, connectTimeoutMs = 20_000 }: UndiciTransportOptions): Promise<Pools> {
  // A CommonJS module that is bundled has its names on the default export alone.
  const { Agent, EnvHttpProxyAgent } = (await import("undici")).default;
  const connect = { timeout: connectTimeoutMs };
  const direct = new Agent({ connect });
  if (!proxy?.https && !proxy?.http) return { for: () => direct, destroy: () => direct.destroy() };
  // Empty text keeps undici from looking into the environment itself.
  const proxied = new EnvHttpProxyAgent({
    httpsProxy: proxy.https ?? "",
    httpProxy: proxy.http ?? "",
    noProxy: proxy.no ?? "",
    connect,
  });
  return {
    for: (url) => (isLoopbackHost(url.host) ? direct : proxied),
    destroy: async () => {
      await Promise.all([direct.destroy(), proxied.destroy()]);
    },
  };
}

const sendable = (body: Uint8Array | ByteStream): Uint8Array | Readable =>
  body instanceof Uint8Array ? body : Readable.from(body, { objectMode: false });

const UNREACHABLE: ReadonlySet<string> = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
/** What OpenSSL says of an answer that is no TLS, such as plain HTTP. */
const WITHOUT_TLS: ReadonlySet<string> = new Set([
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_HTTP_REQUEST",
  "ERR_SSL_UNKNOWN_PROTOCOL",
]);
const BROKEN: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "UND_ERR_ABORTED",
]);

function connectionFailure(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  if (BROKEN.has(code)) return new ConnectionFailure("broken", "the connection broke off", error);
  if (WITHOUT_TLS.has(code)) return new ConnectionFailure("without-tls", "what answers there does not speak TLS", error);
  if (UNREACHABLE.has(code)) return new ConnectionFailure("unreachable", "no connection can be made", error);
  // TLS and proxy failures come under many codes; what the caller's own body threw has to pass as it is.
  return isNetworkError(error, code) ? new ConnectionFailure("unreachable", "no connection can be made", error) : error;
}

const isNetworkError = (error: unknown, code: string): boolean =>
  error instanceof Error && error.name !== "VoxError" && (code !== "" || error.name === "AggregateError");
