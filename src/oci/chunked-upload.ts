import { ByteSource } from "../core/byte-source.ts";
import { type ByteStream, verifying } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import { type BlobUpload, finishRequest, interruptedAt, isStored, requireSameDigest } from "./blob-upload.ts";
import { InterruptedUpload } from "./interrupted-upload.ts";
import { callFailure, readRefusal, type RegistryCall } from "./registry-answer.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import { ReplayableBody } from "./replayable-body.ts";
import { answerOf, isTransient, type Outcome, outcomeOf, pauseAfter, retrying } from "./retry.ts";
import type { HttpResponse } from "./transport.ts";
import { askSession, openSession, sessionOf, startRequest, type UploadSession } from "./upload-session.ts";

export interface ChunkedBlobUpload extends BlobUpload {
  /** How long a chunk is, where the registry does not ask for longer ones. */
  readonly chunkBytes: number;
}

/**
 * Uploads a blob in chunks, or what is left of one whose upload broke off: PATCH for each chunk, a PUT without content at the end
 * (distribution-spec, "Pushing a blob in chunks"). A chunk is sent again only from where a GET proves the registry to be.
 * @throws {VoxError} CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, REGISTRY_RATE_LIMITED
 * @throws {InterruptedUpload} with the session where it can go on; without one it has to begin anew
 */
export async function uploadInChunks(client: RegistryClient, upload: ChunkedBlobUpload, content: ByteStream): Promise<void> {
  const source = new ByteSource(verifying(content, upload.descriptor));
  try {
    const session = upload.session ?? (await begin(client, upload));
    await source.skip(session.heldBytes);
    await new ChunkedUpload(client, upload, { source, session }).run();
  } finally {
    await source.close();
  }
}

async function begin(client: RegistryClient, upload: BlobUpload): Promise<UploadSession> {
  const request = startRequest(client, upload);
  const response = await client.send(request);
  if (response.status === 202) return sessionOf(client, response, { base: request.url });
  throw (await readRefusal(response, client.call(request))).error;
}

/** Answers that say something of the session or the offset, which a look at the session settles. */
const UNSETTLED: ReadonlySet<number> = new Set([401, 404, 416]);
const maySettle = (response: HttpResponse): boolean => isTransient(response) || UNSETTLED.has(response.status);

/** One blob on its way: where its session is, and how far it is. */
class ChunkedUpload {
  readonly #client: RegistryClient;
  readonly #upload: ChunkedBlobUpload;
  readonly #source: ByteSource;
  readonly #beganAtBytes: number;
  #session: UploadSession;

  constructor(client: RegistryClient, upload: ChunkedBlobUpload, at: { source: ByteSource; session: UploadSession }) {
    this.#client = client;
    this.#upload = upload;
    this.#source = at.source;
    this.#session = at.session;
    this.#beganAtBytes = at.session.heldBytes;
  }

  async run(): Promise<void> {
    const { chunkBytes, descriptor } = this.#upload;
    while (this.#session.heldBytes < descriptor.size) {
      const { heldBytes, minChunkBytes } = this.#session;
      await this.#send(Math.min(descriptor.size, heldBytes + Math.max(chunkBytes, minChunkBytes)));
    }
    await this.#source.finish();
    await this.#finish();
  }

  /** Sends until the registry holds all up to there. */
  async #send(endBytes: number): Promise<void> {
    const body = new ReplayableBody(this.#source.take(endBytes - this.#session.heldBytes));
    try {
      for (let attempt = 1; this.#session.heldBytes < endBytes; attempt += 1) {
        const request = this.#patch(body, endBytes);
        const outcome = await outcomeOf(() => this.#client.once(request));
        if (outcome.kind === "answered" && outcome.response.status >= 200 && outcome.response.status < 300)
          this.#session = await sessionOf(this.#client, outcome.response, { ...this.#at(), heldBytes: endBytes });
        else await this.#recover({ outcome, attempt, body, endBytes, call: this.#client.call(request) });
      }
    } finally {
      await body.close();
    }
  }

  /** Finds out where the registry is after a chunk that failed, and lets the next try begin there. */
  async #recover({ outcome, attempt, body, endBytes, call }: FailedChunk): Promise<void> {
    const pauseMs = pauseAfter(outcome, { attempt, clock: this.#client.clock, transient: maySettle });
    const failure = await failureOf(outcome, call);
    if (outcome.kind === "answered" && !maySettle(outcome.response)) {
      // What is refused as a chunk may be taken as a whole.
      throw isAboutCredentials(outcome.response) ? failure : new InterruptedUpload(failure);
    }
    if (pauseMs !== undefined) await this.#client.clock.sleep(pauseMs, this.#upload.signal);
    const session = await this.#located(body, endBytes);
    const steps = (session?.heldBytes ?? 0) - this.#session.heldBytes;
    const refused = outcome.kind === "answered" && outcome.response.status === 416 && steps === 0;
    if (!session || refused) throw new InterruptedUpload(failure);
    const { size } = this.#upload.descriptor;
    if (pauseMs === undefined || body.spent) throw interruptedAt(failure, { session, size, beganAtBytes: this.#beganAtBytes });
    body.skip(steps);
    this.#session = session;
  }

  /** Where the registry proves to be: nowhere before what it acknowledged, and nowhere behind what it was sent. */
  async #located(body: ReplayableBody, endBytes: number): Promise<UploadSession | undefined> {
    const session = await askSession(this.#client, this.#upload, this.#session);
    if (session && session.heldBytes >= this.#session.heldBytes && session.heldBytes <= endBytes) return session;
    if (this.#session.heldBytes > 0 || body.spent) return undefined;
    const begun = await openSession(this.#client, this.#upload).catch(() => undefined);
    if (!begun || "url" in begun) return begun;
    return begun.discard().then(() => undefined);
  }

  async #finish(): Promise<void> {
    const { descriptor, signal } = this.#upload;
    const request = finishRequest(this.#session, this.#upload);
    const call = this.#client.call(request);
    const { clock } = this.#client;
    const outcome = await outcomeOf(() => retrying(() => this.#client.once(request), { clock, ...(signal && { signal }) }));
    if (outcome.kind === "answered" && isStored(outcome.response)) return requireSameDigest(outcome.response, descriptor, call);
    const failure = await failureOf(outcome, call);
    // Either it is there and the answer was lost, or what is there is not what was sent: only a new beginning tells.
    throw outcome.kind === "answered" && isAboutCredentials(outcome.response) ? failure : new InterruptedUpload(failure);
  }

  #patch(body: ReplayableBody, endBytes: number): RegistryRequest {
    const { heldBytes, url } = this.#session;
    const { scopes, signal } = this.#upload;
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(endBytes - heldBytes),
      "content-range": `${heldBytes}-${endBytes - 1}`,
    };
    return { method: "PATCH", url, headers, body, scopes, ...(signal && { signal }) };
  }

  #at(): { readonly base: URL; readonly minChunkBytes: number } {
    return { base: this.#session.url, minChunkBytes: this.#session.minChunkBytes };
  }
}

interface FailedChunk {
  readonly outcome: Outcome;
  readonly attempt: number;
  readonly body: ReplayableBody;
  readonly endBytes: number;
  readonly call: RegistryCall;
}

const isAboutCredentials = ({ status }: HttpResponse): boolean => status === 403;

async function failureOf(outcome: Outcome, call: RegistryCall): Promise<VoxError> {
  if (outcome.kind === "answered") return (await readRefusal(answerOf(outcome), call)).error;
  const failure = callFailure(outcome.failure, call);
  if (failure instanceof VoxError) return failure;
  throw failure;
}
