import type { ByteStream } from "../core/byte-stream.ts";
import { callFailure } from "./registry-answer.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import { ConnectionFailure, type HttpResponse } from "./transport.ts";

const MAX_RESUMPTIONS = 3;

/** An answer's body that goes on where it broke off, as far as the registry serves ranges. */
export async function* resumedBody(client: RegistryClient, request: RegistryRequest, first: HttpResponse): ByteStream {
  let response = first;
  let readBytes = 0;
  for (let resumptions = 0; ; resumptions += 1) {
    try {
      for await (const chunk of response.body) {
        readBytes += chunk.byteLength;
        yield chunk;
      }
      return;
    } catch (error) {
      const next =
        error instanceof ConnectionFailure && resumptions < MAX_RESUMPTIONS
          ? await resume(client, request, readBytes)
          : undefined;
      if (!next) throw callFailure(error, client.call(request));
      response = next;
    }
  }
}

async function resume(client: RegistryClient, request: RegistryRequest, readBytes: number): Promise<HttpResponse | undefined> {
  const response = await client.send({ ...request, headers: { ...request.headers, range: `bytes=${readBytes}-` } });
  const resumes = response.status === 206 && response.header("content-range")?.startsWith(`bytes ${readBytes}-`);
  if (resumes || (readBytes === 0 && response.status === 200)) return response;
  await response.discard();
  return undefined;
}
