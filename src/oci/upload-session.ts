import { isVoxError } from "../errors/vox-error.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import { admitAddress } from "./registry-origin.ts";
import type { TokenScopes } from "./token-scope.ts";
import type { HttpResponse } from "./transport.ts";

/** An upload that stands open at a registry (distribution-spec, "Pushing a blob in chunks"). */
export interface UploadSession {
  /** Where the next bytes go, spelled as the registry spelled it. */
  readonly url: URL;
  /** How much of the blob the registry holds there. */
  readonly heldBytes: number;
  /** What every chunk but the last has at least (`OCI-Chunk-Min-Length`). */
  readonly minChunkBytes: number;
}

export interface UploadTarget {
  readonly repository: string;
  readonly scopes: TokenScopes;
  readonly signal?: AbortSignal;
}

/** Begins an upload session; any answer but 202 is returned as it came. */
export async function openSession(client: RegistryClient, target: UploadTarget): Promise<UploadSession | HttpResponse> {
  const request = startRequest(client, target);
  const response = await client.once(request);
  return response.status === 202 ? sessionOf(client, response, { base: request.url }) : response;
}

export interface SessionContext {
  /** What a relative `Location` is relative to, and where the session stays without one. */
  readonly base: URL;
  readonly heldBytes?: number;
  readonly minChunkBytes?: number;
}

/** The session as an answer leaves it: each may name a new place to go on at. */
export async function sessionOf(
  client: RegistryClient,
  response: HttpResponse,
  { base, heldBytes = 0, minChunkBytes = 0 }: SessionContext,
): Promise<UploadSession> {
  const location = response.header("location") ?? "";
  const least = Number(response.header("oci-chunk-min-length"));
  await response.discard();
  return {
    url: admitAddress(client.origin, location, base),
    heldBytes,
    minChunkBytes: Number.isSafeInteger(least) && least > 0 ? least : minChunkBytes,
  };
}

/** The session with what the registry says to hold of it; `undefined` when it knows of none or says nothing. */
export async function askSession(
  client: RegistryClient,
  target: UploadTarget,
  session: UploadSession,
): Promise<UploadSession | undefined> {
  const { scopes, signal } = target;
  const response = await client
    .send({ method: "GET", url: session.url, scopes, ...(signal && { signal }) })
    .catch((error: unknown) => {
      if (isVoxError(error)) return undefined;
      throw error;
    });
  const heldBytes = response && heldBytesOf(response);
  if (!response || heldBytes === undefined) return response?.discard().then(() => undefined);
  return sessionOf(client, response, { base: session.url, heldBytes, minChunkBytes: session.minChunkBytes });
}

/** `Range: 0-99` is a hundred bytes; `0-0` is what registries say of none. */
function heldBytesOf(response: HttpResponse): number | undefined {
  if (response.status < 200 || response.status > 204) return undefined;
  const last = /^(?:bytes[= ])?0-(\d+)$/.exec(response.header("range") ?? "")?.[1];
  if (last === undefined || !Number.isSafeInteger(Number(last))) return undefined;
  return last === "0" ? 0 : Number(last) + 1;
}

export const startRequest = (client: RegistryClient, { repository, scopes, signal }: UploadTarget): RegistryRequest => ({
  method: "POST",
  url: client.address(`/v2/${repository}/blobs/uploads/`),
  headers: { "content-length": "0" },
  scopes,
  ...(signal && { signal }),
});
