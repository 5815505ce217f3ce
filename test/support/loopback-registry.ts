import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import { LoopbackAuth, type LoopbackAuthOptions } from "./loopback-registry-auth.ts";
import { type Exchange, RegistryRoutes, type RouteOptions } from "./loopback-registry-routes.ts";

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** What was answered; 0 while it is not answered, or when the connection was cut. */
  status: number;
  /** Bytes of the request's body that arrived. */
  bodyBytes: number;
}

/** What goes wrong with one request instead of, or after, its proper answer. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** The connection is reset before an answer. */
  | { readonly kind: "reset" }
  /** The proper answer, but its body breaks off after so many bytes. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** The proper answer with one bit of its body turned. */
  | { readonly kind: "corrupt" }
  | { readonly kind: "delay"; readonly durationMs: number }
  /** The proper answer, once something else has happened. */
  | { readonly kind: "after"; readonly event: Promise<unknown> };

export interface LoopbackRegistryOptions extends RouteOptions {
  readonly auth?: LoopbackAuthOptions;
  /** Asked for every request, before it is answered. */
  readonly fault?: (request: RecordedRequest) => Fault | undefined;
}

export interface LoopbackRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Every request in the order of arrival, token requests too; empty it to count anew. */
  readonly requests: RecordedRequest[];
  /** Content by repository path; a repository begins with its first push. */
  readonly repositories: Map<string, MemoryStore>;
  /** The repository's store, made when it is not there yet. */
  repository(path: string): MemoryStore;
  close(): Promise<void>;
}

/** An OCI distribution registry over memory on a free port of 127.0.0.1: push, pull, mounts, tags, deletes, and faults on request. */
export async function startLoopbackRegistry(options: LoopbackRegistryOptions = {}): Promise<LoopbackRegistry> {
  const repositories = new Map<string, MemoryStore>();
  const requests: RecordedRequest[] = [];
  const repository = (path: string): MemoryStore => {
    const store = repositories.get(path) ?? new MemoryStore();
    repositories.set(path, store);
    return store;
  };
  const server = createServer();
  const host = await listen(server);
  const routes = new RegistryRoutes(repositories, repository, `http://${host}`, options);
  const auth = options.auth && new LoopbackAuth(options.auth, `http://${host}`);
  server.on("request", (request, response) => {
    void answer({ request, response, requests, routes, ...(auth && { auth }), fault: options.fault ?? (() => undefined) });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host, url: `http://${host}`, requests, repositories, repository, close, [Symbol.asyncDispose]: close };
}

interface Answering {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requests: RecordedRequest[];
  readonly routes: RegistryRoutes;
  readonly auth?: LoopbackAuth;
  readonly fault: (request: RecordedRequest) => Fault | undefined;
}

async function answer({ request, response, requests, routes, auth, fault }: Answering): Promise<void> {
  const url = new URL(request.url ?? "/", "http://loopback");
  const method = request.method ?? "GET";
  const record: RecordedRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    status: 0,
    bodyBytes: 0,
  };
  requests.push(record);
  const wrong = fault(record);
  if (wrong?.kind === "reset") return void request.socket.resetAndDestroy();
  if (wrong?.kind === "after") await wrong.event;
  if (wrong?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, wrong.durationMs));
  try {
    const body = await readBody(request, record);
    const exchange: Exchange = { method, path: url.pathname, query: url.searchParams, headers: request.headers, body };
    const answered =
      wrong?.kind === "status"
        ? { status: wrong.status, headers: wrong.headers ?? {}, body: Buffer.from(wrong.body ?? "") }
        : (auth?.answer(exchange) ?? (await routes.answer(exchange)));
    record.status = answered.status;
    send(response, method, { ...answered, body: wrong?.kind === "corrupt" ? turnBit(answered.body) : answered.body }, wrong);
  } catch (error) {
    // A client that hung up needs no answer; a fault of this registry must not look like a broken connection.
    if (!request.socket.destroyed) response.writeHead(500).end(String(error));
  }
}

function send(
  response: ServerResponse,
  method: string,
  answered: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array },
  wrong: Fault | undefined,
): void {
  response.writeHead(answered.status, { "content-length": String(answered.body.byteLength), ...answered.headers });
  if (method === "HEAD") return void response.end();
  if (wrong?.kind !== "cut") return void response.end(answered.body);
  response.write(answered.body.subarray(0, wrong.afterBytes), () => response.socket?.destroy());
}

async function readBody(request: IncomingMessage, record: RecordedRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    record.bodyBytes += chunk.byteLength;
  }
  return Buffer.concat(chunks);
}

function turnBit(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const last = copy.at(-1);
  if (last !== undefined) copy[copy.length - 1] = last ^ 1;
  return copy;
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(`127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
    });
  });
