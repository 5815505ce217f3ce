import { type ByteStream, collectBytes, streamOf, verifying } from "../core/byte-stream.ts";
import { type Digest, digestOf, isDigest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import { BlobUploads } from "./blob-uploads.ts";
import type {
  ManifestRemover,
  Mounter,
  ReferrerOptions,
  Repository,
  ResolveOptions,
  TaggedPusher,
  TagOptions,
  TransferOptions,
} from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { isManifestType, MEDIA_TYPE } from "./media-types.ts";
import { refuseMoved } from "./new-tag.ts";
import { descriptorOf } from "./parse-descriptor.ts";
import { MAX_MANIFEST_BYTES, mediaTypeOfManifest } from "./parse-manifest.ts";
import type { PageMemory } from "./paged-list.ts";
import { parseRepositoryPath, parseTag } from "./reference.ts";
import { type ReferrersPlace, RemoteReferrers } from "./remote-referrers.ts";
import { listReferrers } from "./referrers-list.ts";
import { bodyOf, readRefusal, type RegistryCall } from "./registry-answer.ts";
import type { RegistryClient, RegistryRequest } from "./registry-client.ts";
import { resumedBody } from "./resumed-body.ts";
import { listTags } from "./tag-list.ts";
import { type Access, repositoryScope, type TokenScopes, uniteScopes } from "./token-scope.ts";
import type { HttpResponse } from "./transport.ts";

export interface RemoteStoreOptions {
  /** Whether the repository is to be written: then one token serves its reads too. */
  readonly access?: Access;
  /** Repositories of the same registry that blobs will be mounted from, so that one token serves all mounts. */
  readonly mountSources?: readonly string[];
  /** Larger blobs are uploaded in chunks of this length; 64 MiB unless said. */
  readonly chunkBytes?: number;
  /** Remembers pages of the tag list, so that an unchanged one is asked for and not sent. */
  readonly pages?: PageMemory;
}

const ACCEPTED_MANIFESTS = [
  MEDIA_TYPE.imageIndex,
  MEDIA_TYPE.imageManifest,
  MEDIA_TYPE.dockerManifestList,
  MEDIA_TYPE.dockerManifest,
].join(", ");
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;
const MISSING_CHILD: ReadonlySet<string> = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"]);
const REFUSED: ReadonlySet<number> = new Set([401, 403, 429]);
/** Manifests that are kept, so that a tag after a push or a fetch needs no other read. */
const KEPT_MANIFESTS = 64;

/** A repository of an OCI registry (distribution-spec 1.1). */
export class RemoteStore implements Repository, Mounter, TaggedPusher, ManifestRemover {
  readonly #client: RegistryClient;
  readonly #repository: string;
  readonly #scopes: TokenScopes;
  readonly #pages: PageMemory | undefined;
  readonly #uploads: BlobUploads;
  readonly #manifests = new Map<Digest, Uint8Array>();
  readonly #referrers: RemoteReferrers;
  #isThere = false;

  /** @throws {VoxError} REFERENCE_INVALID */
  constructor(client: RegistryClient, repository: string, options: RemoteStoreOptions = {}) {
    this.#client = client;
    this.#repository = parseRepositoryPath(repository);
    this.#pages = options.pages;
    const sources = (options.mountSources ?? []).map((source) => repositoryScope(source, "pull"));
    this.#scopes = uniteScopes(repositoryScope(repository, options.access ?? "pull"), ...sources);
    this.#referrers = new RemoteReferrers(this.#referrersPlace());
    const { chunkBytes } = options;
    this.#uploads = new BlobUploads(client, { repository, scopes: this.#writing(), ...(chunkBytes && { chunkBytes }) });
  }

  async exists(descriptor: Descriptor, options: TransferOptions = {}): Promise<boolean> {
    const request = this.#contentRequest("HEAD", descriptor, options);
    const response = await this.#client.send(request);
    if (response.status !== 200 && response.status !== 404)
      throw (await readRefusal(response, this.#client.call(request))).error;
    await response.discard();
    return response.status === 200 && Number(response.header("content-length") ?? descriptor.size) === descriptor.size;
  }

  async *fetch(descriptor: Descriptor, options: TransferOptions = {}): ByteStream {
    const kept = this.#manifests.get(descriptor.digest);
    if (kept) return yield* verifying(streamOf(kept), descriptor);
    if (isManifestType(descriptor.mediaType)) return yield await this.#fetchManifest(descriptor, options);
    const request = this.#contentRequest("GET", descriptor, options);
    const response = await this.#found(request, descriptor);
    yield* verifying(resumedBody(this.#client, request, response), descriptor);
  }

  async push(descriptor: Descriptor, content: ByteStream, options: TransferOptions = {}): Promise<void> {
    if (isManifestType(descriptor.mediaType)) return this.#pushManifest(descriptor, content, options);
    await this.#uploads.push(descriptor, content, options);
  }

  mount(descriptor: Descriptor, fromRepository: string, options: TransferOptions = {}): Promise<boolean> {
    return this.#uploads.mount(descriptor, fromRepository, options);
  }

  async resolve(tag: string, { toRead = false, ...options }: ResolveOptions = {}): Promise<Descriptor | undefined> {
    const target = isDigest(tag) ? tag : parseTag(tag);
    if (toRead) return this.#resolveByContent(target, options);
    const request = this.#manifestRequest("HEAD", target, options);
    const head = await this.#client.send(request);
    if (REFUSED.has(head.status)) throw (await readRefusal(head, this.#client.call(request))).error;
    const named = describeHead(head, target);
    await head.discard();
    if (head.status === 404) return undefined;
    this.#isThere = true;
    return named ?? this.#resolveByContent(target, options);
  }

  tags(options: TransferOptions = {}): Promise<readonly string[]> {
    const memory = this.#pages && { memory: this.#pages };
    return listTags(this.#client, this.#repository, { scopes: this.#scopes, ...memory, ...options });
  }

  async tag(descriptor: Descriptor, tag: string, { onlyNew = false, ...options }: TagOptions = {}): Promise<void> {
    if (onlyNew) refuseMoved(await this.resolve(tag, options), descriptor, tag, { onlyNew });
    const bytes = await collectBytes(this.fetch(descriptor, options), manifestLimit(descriptor));
    await this.#putManifest(descriptor, parseTag(tag), bytes, options);
  }

  async pushTagged(descriptor: Descriptor, bytes: Uint8Array, tag: string, options: TransferOptions = {}): Promise<void> {
    await this.#putManifest(descriptor, parseTag(tag), bytes, options);
    this.#keep(descriptor.digest, bytes);
  }

  /** Many registries do not let anybody, or not with a token that lets push (distribution-spec, "Deleting Manifests"). */
  async removeManifest(digest: Digest, options: TransferOptions = {}): Promise<boolean> {
    const scopes = uniteScopes(this.#writing(), repositoryScope(this.#repository, "delete"));
    const response = await this.#client.send({ ...this.#manifestRequest("DELETE", digest, options), scopes });
    await response.discard();
    this.#manifests.delete(digest);
    return response.status === 404 || (response.status >= 200 && response.status < 300);
  }

  referrers(subject: Digest, options: ReferrerOptions = {}): Promise<readonly Descriptor[]> {
    return this.#referrers.of(subject, options);
  }

  attach(referrers: readonly Descriptor[], options: TransferOptions = {}): Promise<void> {
    return this.#referrers.attach(referrers, options);
  }

  #referrersPlace(): ReferrersPlace {
    return {
      exists: (descriptor, options) => this.exists(descriptor, options),
      fetch: (descriptor, options) => this.fetch(descriptor, options),
      resolve: (tag, options) => this.resolve(tag, options),
      tags: (options) => this.tags(options),
      put: (descriptor, bytes, options) => this.#putManifest(descriptor, descriptor.digest, bytes, options),
      putTagged: (descriptor, bytes, tag, options) => this.pushTagged(descriptor, bytes, tag, options),
      listed: (subject, options) =>
        listReferrers(this.#client, this.#repository, subject, { scopes: this.#scopes, ...options }),
      isThere: () => this.#isThere,
    };
  }

  async #fetchManifest(descriptor: Descriptor, options: TransferOptions): Promise<Uint8Array> {
    const limit = manifestLimit(descriptor);
    if (descriptor.size > limit.maxBytes)
      throw new VoxError("CONTENT_TOO_LARGE", `${limit.what} is larger than ${limit.maxBytes} bytes`);
    const request = this.#contentRequest("GET", descriptor, options);
    const response = await this.#found(request, descriptor);
    const bytes = await collectBytes(verifying(resumedBody(this.#client, request, response), descriptor), limit);
    this.#keep(descriptor.digest, bytes);
    return bytes;
  }

  async #pushManifest(descriptor: Descriptor, content: ByteStream, options: TransferOptions): Promise<void> {
    const bytes = await collectBytes(verifying(content, descriptor), manifestLimit(descriptor));
    await this.#putManifest(descriptor, this.#referrers.targetOf(descriptor, bytes), bytes, options);
    this.#keep(descriptor.digest, bytes);
  }

  async #putManifest(descriptor: Descriptor, target: string, bytes: Uint8Array, options: TransferOptions): Promise<void> {
    const request: RegistryRequest = {
      ...this.#manifestRequest("PUT", target, options),
      headers: { "content-type": descriptor.mediaType, "content-length": String(bytes.byteLength) },
      body: bytes,
      scopes: this.#writing(),
    };
    const response = await this.#client.send(request);
    if (response.status < 200 || response.status > 202)
      throw await manifestRefusal(response, this.#client.call(request), descriptor);
    const stored = response.header("docker-content-digest") ?? descriptor.digest;
    if (response.header("oci-subject") !== undefined) this.#referrers.acknowledge(descriptor.digest);
    await response.discard();
    if (stored !== descriptor.digest) {
      throw new VoxError(
        "CONTENT_MISMATCH",
        `\`${this.#client.origin.host}\` stored \`${descriptor.digest}\` as \`${stored}\``,
      );
    }
  }

  /** For what is read next, and for registries whose HEAD does not say all. */
  async #resolveByContent(target: string, options: TransferOptions): Promise<Descriptor | undefined> {
    const request = this.#manifestRequest("GET", target, options);
    const call = this.#client.call(request);
    const response = await this.#client.send(request);
    if (response.status === 404) return response.discard().then(() => undefined);
    if (response.status !== 200) throw (await readRefusal(response, call)).error;
    const what = `the manifest \`${this.#client.origin.host}/${this.#repository}:${target}\``;
    const bytes = await collectBytes(bodyOf(response, call), { maxBytes: MAX_MANIFEST_BYTES, what });
    // Its digest is of the document without its signatures, so it would look like a lie.
    if (SCHEMA_1.test(response.header("content-type") ?? ""))
      throw new VoxError("OCI_INVALID", `${what} is of Docker's schema 1`);
    const actual = digestOf(bytes);
    const claimed = isDigest(target) ? target : (response.header("docker-content-digest") ?? actual);
    if (claimed !== actual) throw new VoxError("CONTENT_MISMATCH", `${what} hashes to \`${actual}\`, not \`${claimed}\``);
    this.#keep(actual, bytes);
    return descriptorOf(bytes, mediaTypeOfManifest(bytes, what));
  }

  async #found(request: RegistryRequest, descriptor: Descriptor): Promise<HttpResponse> {
    const response = await this.#client.send(request);
    if (response.status === 200) return response;
    if (response.status !== 404) throw (await readRefusal(response, this.#client.call(request))).error;
    await response.discard();
    throw new VoxError(
      "CONTENT_MISSING",
      `\`${this.#client.origin.host}/${this.#repository}\` has no \`${descriptor.digest}\``,
    );
  }

  #contentRequest(method: "GET" | "HEAD", descriptor: Descriptor, options: TransferOptions): RegistryRequest {
    if (isManifestType(descriptor.mediaType)) return this.#manifestRequest(method, descriptor.digest, options);
    const url = this.#client.address(`/v2/${this.#repository}/blobs/${descriptor.digest}`);
    return { method, url, scopes: this.#scopes, ...options };
  }

  #manifestRequest(method: "GET" | "HEAD" | "PUT" | "DELETE", target: string, options: TransferOptions): RegistryRequest {
    const url = this.#client.address(`/v2/${this.#repository}/manifests/${target}`);
    return { method, url, headers: { accept: ACCEPTED_MANIFESTS }, scopes: this.#scopes, ...options };
  }

  #writing(): TokenScopes {
    return uniteScopes(this.#scopes, repositoryScope(this.#repository, "push"));
  }

  #keep(digest: Digest, bytes: Uint8Array): void {
    this.#isThere = true;
    const oldest = this.#manifests.keys().next();
    if (this.#manifests.size >= KEPT_MANIFESTS && !oldest.done) this.#manifests.delete(oldest.value);
    this.#manifests.set(digest, bytes);
  }
}

const manifestLimit = (descriptor: Descriptor): { readonly maxBytes: number; readonly what: string } => ({
  maxBytes: MAX_MANIFEST_BYTES,
  what: `the manifest \`${descriptor.digest}\``,
});

/** What a HEAD tells, when it tells all: type, digest and size. */
function describeHead(response: HttpResponse, target: string): Descriptor | undefined {
  const mediaType = (response.header("content-type") ?? "").split(";")[0]?.trim() ?? "";
  const digest = response.header("docker-content-digest") ?? "";
  const size = Number(response.header("content-length") || Number.NaN);
  if (response.status !== 200 || !isManifestType(mediaType) || !isDigest(digest) || !Number.isSafeInteger(size))
    return undefined;
  if (isDigest(target) && digest !== target)
    throw new VoxError("CONTENT_MISMATCH", `asked for \`${target}\`, a registry named \`${digest}\``);
  return { mediaType, digest, size };
}

/** A manifest whose children are not all there is missing content, not a registry's failure. */
async function manifestRefusal(response: HttpResponse, call: RegistryCall, descriptor: Descriptor): Promise<VoxError> {
  const { codes, error } = await readRefusal(response, call);
  if (!codes.some((code) => MISSING_CHILD.has(code))) return error;
  return new VoxError("CONTENT_MISSING", `\`${call.host}\` lacks content that \`${descriptor.digest}\` names`, {
    cause: error,
  });
}
