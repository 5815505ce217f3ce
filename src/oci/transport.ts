import type { ByteStream } from "../core/byte-stream.ts";

export type HttpMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One HTTP exchange, without redirects, retries or credentials of its own. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  /** Lower-case names; a streamed body needs `content-length`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | ByteStream;
  readonly signal?: AbortSignal;
}

/** An answer whose body has not been read: read it to its end or discard it. */
export interface HttpResponse {
  readonly status: number;
  /** Lower-case name; several lines of one header are joined by `, `. */
  header(name: string): string | undefined;
  readonly body: ByteStream;
  discard(): Promise<void>;
}

export interface HttpTransport {
  /** @throws {ConnectionFailure} when no answer comes; the signal's reason when it is aborted. */
  send(request: HttpRequest): Promise<HttpResponse>;
}

/** `unreachable` before a connection stood, `without-tls` where the other side speaks something else, `broken` later, and then worth another try. */
export type ConnectionFailureKind = "unreachable" | "without-tls" | "broken";

/** The network's own failure. */
export class ConnectionFailure extends Error {
  override readonly name = "ConnectionFailure";
  readonly kind: ConnectionFailureKind;

  constructor(kind: ConnectionFailureKind, message: string, cause: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** Tells of every request that is sent, token requests and retries too, for the count in `transfer.requests`. */
export const observedTransport = (transport: HttpTransport, onRequest: (request: HttpRequest) => void): HttpTransport => ({
  send(request) {
    onRequest(request);
    return transport.send(request);
  },
});
