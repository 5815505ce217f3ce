import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { portOf } from "./loopback-port.ts";

export interface LoggedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** 0 when its connection was cut. */
  readonly status: number;
  /** Bytes of the request's body. */
  readonly sentBytes: number;
}

/** A loopback door to a real registry that notes what goes through it. */
export interface LoggedRegistry {
  /** `127.0.0.1:PORT`; the registry takes it for its own name. */
  readonly host: string;
  /** What was asked since the last call. */
  takeLog(): readonly LoggedRequest[];
  close(): Promise<void>;
}

export interface DoorOptions {
  /** After how many bytes of a request's body both connections are cut; at 0 the registry never hears of it. */
  readonly cutAfter?: (method: string, target: string) => number | undefined;
  /** What all connections together may carry each way. */
  readonly bytesPerSecond?: number;
}

interface Door extends DoorOptions {
  readonly upstream: URL;
  readonly log: LoggedRequest[];
  /** A new passage for one body. */
  readonly inward: () => Transform;
  readonly outward: () => Transform;
}

/** Bodies that share one line: each chunk waits until the ones before it are through. */
function line(bytesPerSecond: number | undefined): () => Transform {
  let freeAtMs = 0;
  return () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (bytesPerSecond === undefined) return done(null, chunk);
        freeAtMs = Math.max(freeAtMs, performance.now()) + (chunk.length * 1000) / bytesPerSecond;
        setTimeout(() => done(null, chunk), freeAtMs - performance.now());
      },
    });
}

function forward(
  { upstream, log, cutAfter, inward, outward }: Door,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method = "GET", url: target = "/", headers } = incoming;
  const limit = cutAfter?.(method, target) ?? Number.POSITIVE_INFINITY;
  if (limit === 0) return void incoming.socket.resetAndDestroy();
  let sentBytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    sentBytes += chunk.length;
    if (sentBytes < limit) return;
    log.push({ method, target, status: 0, sentBytes });
    incoming.socket.resetAndDestroy();
    onward.destroy();
  });
  const onward = request({ host: upstream.hostname, port: upstream.port, method, path: target, headers }, (answer) => {
    const status = answer.statusCode ?? 0;
    outgoing.writeHead(status, answer.headers);
    answer.pipe(outward()).pipe(outgoing);
    answer.once("end", () => log.push({ method, target, status, sentBytes }));
  });
  onward.once("error", (error) => outgoing.destroy(error));
  incoming.pipe(inward()).pipe(onward);
}

export async function openLoggedRegistry(upstream: string, options: DoorOptions = {}): Promise<LoggedRegistry> {
  const log: LoggedRequest[] = [];
  const lines = { inward: line(options.bytesPerSecond), outward: line(options.bytesPerSecond) };
  const door = { ...options, ...lines, upstream: new URL(`http://${upstream}`), log };
  const server = createServer((incoming, outgoing) => forward(door, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${portOf(server)}`,
    takeLog: () => {
      const taken = [...log];
      log.length = 0;
      return taken;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const MOUNT = /\/blobs\/uploads\/\?.*\bmount=/;
const MANIFEST = /\/manifests\/([^?]+)/;

/** The requests by what they did to the registry. */
export interface Traffic {
  /** Digests that were mounted from another repository. */
  readonly mounted: readonly string[];
  /** Digests whose bytes were sent. */
  readonly uploaded: readonly string[];
  /** References (tags and digests) under which manifests were put. */
  readonly manifests: readonly string[];
  readonly sentBytes: number;
}

const digestParameter = (target: string, name: string): readonly string[] => {
  const value = new URL(target, "http://registry").searchParams.get(name);
  return value === null ? [] : [value];
};

export function traffic(log: readonly LoggedRequest[]): Traffic {
  const created = log.filter(({ status }) => status === 201);
  return {
    mounted: created
      .filter(({ method, target }) => method === "POST" && MOUNT.test(target))
      .flatMap(({ target }) => digestParameter(target, "mount")),
    uploaded: created
      .filter(
        ({ method, target }) =>
          (method === "PUT" || method === "POST") && target.includes("/blobs/uploads/") && !MOUNT.test(target),
      )
      .flatMap(({ target }) => digestParameter(target, "digest")),
    manifests: created.filter(({ method }) => method === "PUT").flatMap(({ target }) => MANIFEST.exec(target)?.[1] ?? []),
    sentBytes: log.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
  };
}
