import { type ByteStream, collectBytes, verifying } from "../core/byte-stream.ts";
import type { Descriptor } from "./descriptor.ts";
import { VoxError } from "../errors/vox-error.ts";
import { InterruptedUpload } from "./interrupted-upload.ts";
import { callFailure, readRefusal, type RegistryCall } from "./registry-answer.ts";
import { isSpent, type RegistryClient, type RegistryRequest } from "./registry-client.ts";
import { admitAddress } from "./registry-origin.ts";
import { ReplayableBody } from "./replayable-body.ts";
import { isTransient, retrying } from "./retry.ts";
import type { TokenScopes } from "./token-scope.ts";
import { ConnectionFailure, type HttpResponse } from "./transport.ts";

export interface BlobUpload {
  readonly repository: string;
  readonly descriptor: Descriptor;
  readonly scopes: TokenScopes;
  /** An upload session that a refused mount left open. */
  readonly session?: URL;
  readonly signal?: AbortSignal;
}

/** Blobs up to this size are proved before a byte is sent, and sent again as often as need be. */
const SMALL_BYTES = 1024 * 1024;

/**
 * Uploads a blob in one piece: POST opens a session, PUT sends the bytes (distribution-spec, "POST then PUT").
 * @throws {VoxError} CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, REGISTRY_RATE_LIMITED
 */
export async function uploadBlob(client: RegistryClient, upload: BlobUpload, content: ByteStream): Promise<void> {
  const { descriptor } = upload;
  const proved = verifying(content, descriptor);
  if (descriptor.size <= SMALL_BYTES) {
    const bytes = await collectBytes(proved, { maxBytes: descriptor.size, what: `\`${descriptor.digest}\`` });
    return putBlob(client, upload, bytes);
  }
  const body = new ReplayableBody(proved);
  try {
    await putBlob(client, upload, body);
  } finally {
    await body.close();
  }
}

/** Begins an upload session; any answer but 202 is returned as it came. */
export async function openUpload(client: RegistryClient, upload: Omit<BlobUpload, "session">): Promise<URL | HttpResponse> {
  const request = startRequest(client, upload);
  const response = await client.once(request);
  return response.status === 202 ? sessionOf(client, response, request.url) : response;
}

/** Where an upload's bytes go: its `Location`, as it is written. */
export async function sessionOf(client: RegistryClient, response: HttpResponse, base: URL): Promise<URL> {
  const location = response.header("location") ?? "";
  await response.discard();
  return admitAddress(client.origin, location, base);
}

async function putBlob(client: RegistryClient, upload: BlobUpload, body: Uint8Array | ReplayableBody): Promise<void> {
  let session = upload.session;
  let last: RegistryRequest = startRequest(client, upload);
  const attempt = async (): Promise<HttpResponse> => {
    const target = session ?? (await openUpload(client, upload));
    session = undefined;
    if (!(target instanceof URL)) return target;
    last = finishRequest(target, upload, body);
    return client.once(last);
  };
  try {
    const response = await retrying(attempt, {
      clock: client.clock,
      repeatable: () => !isSpent(body),
      // A session that is gone is begun anew.
      transient: (answered) => isTransient(answered) || (answered.status === 404 && last.method === "PUT"),
      ...(upload.signal && { signal: upload.signal }),
    });
    if (response.status !== 201 && response.status !== 204)
      throw await uploadRefusal(response, client.call(last), isSpent(body));
    await response.discard();
  } catch (error) {
    const failure = callFailure(error, client.call(last));
    throw error instanceof ConnectionFailure && failure instanceof VoxError && isSpent(body)
      ? new InterruptedUpload(failure)
      : failure;
  }
}

async function uploadRefusal(response: HttpResponse, call: RegistryCall, spent: boolean): Promise<VoxError> {
  const { error } = await readRefusal(response, call);
  return spent && (response.status === 401 || isTransient(response)) ? new InterruptedUpload(error) : error;
}

const startRequest = (client: RegistryClient, upload: Omit<BlobUpload, "session">): RegistryRequest => ({
  method: "POST",
  url: client.address(`/v2/${upload.repository}/blobs/uploads/`),
  headers: { "content-length": "0" },
  scopes: upload.scopes,
  ...(upload.signal && { signal: upload.signal }),
});

function finishRequest(session: URL, upload: BlobUpload, body: Uint8Array | ReplayableBody): RegistryRequest {
  const url = new URL(session);
  // The query may carry state whose spelling matters: it is added to, never rebuilt.
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(upload.descriptor.digest)}`;
  const headers = { "content-type": "application/octet-stream", "content-length": String(upload.descriptor.size) };
  return { method: "PUT", url, headers, body, scopes: upload.scopes, ...(upload.signal && { signal: upload.signal }) };
}
