import { type ByteStream, collectBytes, verifying } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "./descriptor.ts";
import { InterruptedUpload } from "./interrupted-upload.ts";
import { callFailure, readRefusal, type RegistryCall } from "./registry-answer.ts";
import { isSpent, type RegistryClient, type RegistryRequest } from "./registry-client.ts";
import { ReplayableBody } from "./replayable-body.ts";
import { isTransient, retrying } from "./retry.ts";
import { ConnectionFailure, type HttpResponse } from "./transport.ts";
import { askSession, openSession, startRequest, type UploadSession, type UploadTarget } from "./upload-session.ts";

export interface BlobUpload extends UploadTarget {
  readonly descriptor: Descriptor;
  /** An upload session that stands open: a refused mount leaves one, and an upload that broke off. */
  readonly session?: UploadSession;
}

/** Blobs up to this size are proved before a byte is sent, and sent again as often as need be. */
const SMALL_BYTES = 1024 * 1024;

/**
 * Uploads a blob in one piece: POST opens a session, PUT sends the bytes (distribution-spec, "POST then PUT").
 * @throws {VoxError} CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, REGISTRY_RATE_LIMITED
 * @throws {InterruptedUpload} with the session where the registry proves to hold a part of it
 */
export async function uploadWhole(client: RegistryClient, upload: BlobUpload, content: ByteStream): Promise<void> {
  const { descriptor } = upload;
  const proved = verifying(content, descriptor);
  if (descriptor.size <= SMALL_BYTES) {
    const bytes = await collectBytes(proved, { maxBytes: descriptor.size, what: `\`${descriptor.digest}\`` });
    return new WholeUpload(client, upload, bytes).run();
  }
  const body = new ReplayableBody(proved);
  try {
    await new WholeUpload(client, upload, body).run();
  } finally {
    await body.close();
  }
}

/** One blob on its way: which session it goes to, and what was asked last. */
class WholeUpload {
  readonly #client: RegistryClient;
  readonly #upload: BlobUpload;
  readonly #body: Uint8Array | ReplayableBody;
  /** To be used by the next try. */
  #offered: UploadSession | undefined;
  #used: UploadSession | undefined;
  #last: RegistryRequest;

  constructor(client: RegistryClient, upload: BlobUpload, body: Uint8Array | ReplayableBody) {
    this.#client = client;
    this.#upload = upload;
    this.#body = body;
    this.#offered = upload.session;
    this.#last = startRequest(client, upload);
  }

  async run(): Promise<void> {
    const { clock } = this.#client;
    const { descriptor, signal } = this.#upload;
    try {
      const response = await retrying(() => this.#try(), {
        clock,
        repeatable: () => !isSpent(this.#body),
        // A session that is gone is begun anew.
        transient: (answered) => isTransient(answered) || (answered.status === 404 && this.#last.method === "PUT"),
        ...(signal && { signal }),
      });
      if (!isStored(response)) throw await this.#refusal(response);
      await requireSameDigest(response, descriptor, this.#call());
    } catch (error) {
      const failure = callFailure(error, this.#call());
      if (!(error instanceof ConnectionFailure && failure instanceof VoxError && isSpent(this.#body))) throw failure;
      throw await this.#interruption(failure);
    }
  }

  async #try(): Promise<HttpResponse> {
    const target = this.#offered ?? (await openSession(this.#client, this.#upload));
    this.#offered = undefined;
    if (!("url" in target)) return target;
    this.#used = target;
    const { descriptor } = this.#upload;
    const headers = { "content-type": "application/octet-stream", "content-length": String(descriptor.size) };
    this.#last = { ...finishRequest(target, this.#upload), headers, body: this.#body };
    return this.#client.once(this.#last);
  }

  async #refusal(response: HttpResponse): Promise<VoxError> {
    const { error } = await readRefusal(response, this.#call());
    const passing = response.status === 401 || isTransient(response);
    return isSpent(this.#body) && passing ? this.#interruption(error) : error;
  }

  async #interruption(failure: VoxError): Promise<InterruptedUpload> {
    const session = this.#used && (await askSession(this.#client, this.#upload, this.#used));
    return interruptedAt(failure, { session, size: this.#upload.descriptor.size, beganAtBytes: 0 });
  }

  #call(): RegistryCall {
    return this.#client.call(this.#last);
  }
}

/** How much more has to be there for a push to count as further than the one before, in bytes. */
const PROGRESS_BYTES = 1024 * 1024;

interface ProvedOffset {
  readonly session: UploadSession | undefined;
  readonly size: number;
  readonly beganAtBytes: number;
}

/** A session is good for going on where it holds something, no less than what was acknowledged, and no more than there is. */
export function interruptedAt(failure: VoxError, { session, size, beganAtBytes }: ProvedOffset): InterruptedUpload {
  if (!session || session.heldBytes === 0 || session.heldBytes > size) return new InterruptedUpload(failure);
  return new InterruptedUpload(failure, { session, progressed: session.heldBytes - beganAtBytes >= PROGRESS_BYTES });
}

export const isStored = ({ status }: HttpResponse): boolean => status === 201 || status === 204;

/** @throws {VoxError} CONTENT_MISMATCH when the registry names what it stored otherwise */
export async function requireSameDigest(response: HttpResponse, { digest }: Descriptor, call: RegistryCall): Promise<void> {
  const stored = response.header("docker-content-digest") ?? digest;
  await response.discard();
  if (stored !== digest) throw new VoxError("CONTENT_MISMATCH", `\`${call.host}\` stored \`${digest}\` as \`${stored}\``);
}

/** The PUT that ends an upload, without what it may carry. */
export function finishRequest(session: UploadSession, { descriptor, scopes, signal }: BlobUpload): RegistryRequest {
  const url = new URL(session.url);
  // The query may carry state whose spelling matters: it is added to, never rebuilt.
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(descriptor.digest)}`;
  return { method: "PUT", url, headers: { "content-length": "0" }, scopes, ...(signal && { signal }) };
}
