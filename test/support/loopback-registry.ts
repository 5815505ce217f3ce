import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import { LoopbackAuth, type LoopbackAuthOptions } from "./loopback-registry-auth.ts";
import { type Answer, type Exchange, RegistryRoutes, type RouteOptions } from "./loopback-registry-routes.ts";

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
  /** Whether it came to the port that takes uploads `elsewhere`. */
  readonly elsewhere: boolean;
}

/** What goes wrong with one request instead of, or after, its proper answer. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
      /** Before the request's body is read. */
      readonly early?: boolean;
    }
  /** The connection is reset before an answer. */
  | { readonly kind: "reset" }
  /** The connection is reset when so many bytes of the request's body have come; of an upload they count. */
  | { readonly kind: "cut-request"; readonly afterBytes: number }
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
  const [server, uploads] = [createServer(), createServer()];
  const host = await listen(server);
  const url = `http://${host}`;
  const apart = options.location === "elsewhere";
  const origins = { api: url, uploads: apart ? `http://${await listen(uploads)}` : url };
  const routes = new RegistryRoutes(repositories, repository, origins, options);
  const auth = options.auth && new LoopbackAuth(options.auth, url);
  const fault = options.fault ?? (() => undefined);
  server.on("request", (request, response) => {
    void answer({ request, response, requests, routes, ...(auth && { auth }), fault, elsewhere: false });
  });
  uploads.on("request", (request, response) => {
    void answer({ request, response, requests, routes, fault, elsewhere: true });
  });
  const close = async (): Promise<void> => {
    await Promise.all([server, ...(apart ? [uploads] : [])].map(closed));
  };
  return { host, url, requests, repositories, repository, close, [Symbol.asyncDispose]: close };
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

interface Answering {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requests: RecordedRequest[];
  readonly routes: RegistryRoutes;
  readonly auth?: LoopbackAuth;
  readonly fault: (request: RecordedRequest) => Fault | undefined;
  readonly elsewhere: boolean;
}

async function answer({ request, response, requests, routes, auth, fault, elsewhere }: Answering): Promise<void> {
  const url = new URL(request.url ?? "/", "http://loopback");
  const method = request.method ?? "GET";
  const record: RecordedRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    status: 0,
    bodyBytes: 0,
    elsewhere,
  };
  requests.push(record);
  // A request that is left unread loses its socket.
  const { socket } = request;
  const wrong = fault(record);
  if (wrong?.kind === "reset") return void socket.resetAndDestroy();
  if (wrong?.kind === "after") await wrong.event;
  if (wrong?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, wrong.durationMs));
  try {
    const early = wrong?.kind === "status" && wrong.early;
    const body = early ? new Uint8Array() : await readBody(request, record, wrong);
    const exchange: Exchange = { method, path: url.pathname, query: url.searchParams, headers: request.headers, body };
    if (wrong?.kind === "cut-request") {
      routes.cutOff(exchange);
      return void socket.resetAndDestroy();
    }
    const answered =
      wrong?.kind === "status"
        ? { status: wrong.status, headers: wrong.headers ?? {}, body: Buffer.from(wrong.body ?? "") }
        : (refusedElsewhere(record) ?? auth?.answer(exchange) ?? (await routes.answer(exchange)));
    record.status = answered.status;
    send(response, method, { ...answered, body: wrong?.kind === "corrupt" ? turnBit(answered.body) : answered.body }, wrong);
  } catch (error) {
    // A client that hung up needs no answer; a fault of this registry must not look like a broken connection.
    if (!socket.destroyed) response.writeHead(500).end(String(error));
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

async function readBody(request: IncomingMessage, record: RecordedRequest, wrong: Fault | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const limit = wrong?.kind === "cut-request" ? wrong.afterBytes : Number.POSITIVE_INFINITY;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    chunks.push(chunk);
    record.bodyBytes += chunk.byteLength;
    if (record.bodyBytes >= limit) return Buffer.concat(chunks).subarray(0, limit);
  }
  return Buffer.concat(chunks);
}

/** A place that knows nothing of the registry's users takes credentials for a mistake, as storage with signed addresses does. */
const refusedElsewhere = ({ elsewhere, headers }: RecordedRequest): Answer | undefined =>
  elsewhere && headers.authorization !== undefined
    ? { status: 400, headers: {}, body: Buffer.from("credentials are not for here") }
    : undefined;

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
