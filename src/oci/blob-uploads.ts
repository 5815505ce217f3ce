import type { ByteStream } from "../core/byte-stream.ts";
import type { Digest } from "../core/digest.ts";
import { uploadWhole } from "./blob-upload.ts";
import { uploadInChunks } from "./chunked-upload.ts";
import type { TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { InterruptedUpload } from "./interrupted-upload.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import { repositoryScope, type TokenScopes, uniteScopes } from "./token-scope.ts";
import { sessionOf, startRequest, type UploadSession } from "./upload-session.ts";

export interface BlobUploadsOptions {
  readonly repository: string;
  readonly scopes: TokenScopes;
  /** Larger blobs go in chunks of this length. */
  readonly chunkBytes?: number;
}

/** Below what proxies in front of registries let pass in one request (100 MB), and far above what an application's layer has. */
const CHUNK_BYTES = 64 * 1024 * 1024;

/** How blobs come into one repository: it remembers which uploads stand open, and whether large ones can go in chunks. */
export class BlobUploads {
  readonly #client: RegistryClient;
  readonly #options: BlobUploadsOptions;
  readonly #chunkBytes: number;
  readonly #sessions = new Map<Digest, UploadSession>();
  #takesChunks = true;

  constructor(client: RegistryClient, options: BlobUploadsOptions) {
    this.#client = client;
    this.#options = options;
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
  }

  /** Sends a blob: whole, in chunks when it is large, or what is left of it when an earlier push broke off. */
  async push(descriptor: Descriptor, content: ByteStream, options: TransferOptions): Promise<void> {
    const session = this.#takeSession(descriptor.digest);
    const upload = { ...this.#options, descriptor, ...options, ...(session && { session }) };
    const large = this.#takesChunks && descriptor.size > this.#chunkBytes;
    if (!large && (session?.heldBytes ?? 0) === 0) return this.#remembering(uploadWhole(this.#client, upload, content), upload);
    const chunkBytes = large ? this.#chunkBytes : descriptor.size;
    return this.#remembering(uploadInChunks(this.#client, { ...upload, chunkBytes }, content), upload, large);
  }

  /** @returns false when the registry wants an upload instead */
  async mount({ digest }: Descriptor, fromRepository: string, options: TransferOptions): Promise<boolean> {
    const scopes = uniteScopes(this.#options.scopes, repositoryScope(fromRepository, "pull"));
    const start = startRequest(this.#client, { ...this.#options, ...options, scopes });
    const query = new URLSearchParams({ mount: digest, from: fromRepository });
    const request: RegistryRequest = { ...start, url: new URL(`?${query}`, start.url) };
    const response = await this.#client.send(request);
    const mounted = response.status === 201 && (response.header("docker-content-digest") ?? digest) === digest;
    // The session that a refused mount opens is where the upload will go.
    if (response.status === 202) this.#sessions.set(digest, await sessionOf(this.#client, response, { base: request.url }));
    else await response.discard();
    return mounted;
  }

  async #remembering(
    pushed: Promise<void>,
    { descriptor }: { readonly descriptor: Descriptor },
    chunked = false,
  ): Promise<void> {
    try {
      await pushed;
    } catch (error) {
      if (error instanceof InterruptedUpload && error.session) this.#sessions.set(descriptor.digest, error.session);
      // A registry that gets nowhere with chunks, as some that limit them, may take the blob whole.
      if (error instanceof InterruptedUpload && chunked && !error.progressed) this.#takesChunks = false;
      throw error;
    }
  }

  #takeSession(digest: Digest): UploadSession | undefined {
    const session = this.#sessions.get(digest);
    this.#sessions.delete(digest);
    return session;
  }
}
