import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type Digest, digestOf, isDigest } from "../../src/core/digest.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { isManifestType, MEDIA_TYPE } from "../../src/oci/media-types.ts";
import type { MemoryStore } from "../../src/oci/memory-store.ts";
import { descriptorOf } from "../../src/oci/parse-descriptor.ts";
import { isImageIndex, parseManifestOrIndex } from "../../src/oci/parse-manifest.ts";

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface RouteOptions {
  /** How `Location` is written; relative by default. Uploads `elsewhere` go to another port, which wants no credentials and refuses any. */
  readonly location?: "relative" | "absolute" | "elsewhere";
  /** What is said to be a chunk's least length (`OCI-Chunk-Min-Length`). */
  readonly minChunkBytes?: number;
  /** A longer PATCH is answered with 416, as GitHub's registry does. */
  readonly maxChunkBytes?: number;
  /** PATCH is not known at all. */
  readonly refuseChunks?: boolean;
  /** An upload whose connection broke is lost, as in docker-registry 2.8. */
  readonly forgetsCutUploads?: boolean;
  /** Tags on a page, whatever the client asks for. */
  readonly tagPageSize?: number;
  /** Every mount is answered with an upload session. */
  readonly refuseMounts?: boolean;
  /** Whether the referrers API is there; off by default, as in docker-registry 2.8. `claimed` answers `OCI-Subject` and lists nothing. */
  readonly referrers?: boolean | "claimed";
  /** Referrers on a page. */
  readonly referrersPageSize?: number;
  /** Whether the referrers API minds `artifactType`. */
  readonly filtersReferrers?: boolean;
  /** Repositories on a page of the catalog; without it there is none, as in most public registries. */
  readonly catalogPageSize?: number;
  /** Blobs are served by a redirect to this URL plus the digest. */
  readonly redirectBlobsTo?: string;
}

interface UploadSession {
  readonly repository: string;
  /** In the order they came. */
  readonly pieces: readonly Uint8Array[];
  readonly sizeBytes: number;
}

type Handler = (repository: string, argument: string, exchange: Exchange) => Answer | Promise<Answer>;

/** What each path of the distribution-spec answers. */
export class RegistryRoutes {
  readonly #repositories: ReadonlyMap<string, MemoryStore>;
  readonly #open: (path: string) => MemoryStore;
  readonly #origin: string;
  readonly #uploadOrigin: string;
  readonly #options: RouteOptions;
  readonly #sessions = new Map<string, UploadSession>();

  constructor(
    repositories: ReadonlyMap<string, MemoryStore>,
    open: (path: string) => MemoryStore,
    origins: { readonly api: string; readonly uploads: string },
    options: RouteOptions,
  ) {
    this.#repositories = repositories;
    this.#open = open;
    this.#origin = origins.api;
    this.#uploadOrigin = origins.uploads;
    this.#options = options;
  }

  async answer(exchange: Exchange): Promise<Answer> {
    if (exchange.path === "/v2/") return answer(200, {}, "{}");
    if (exchange.path === "/v2/_catalog") return this.#catalog(exchange);
    for (const [pattern, handler] of this.#table()) {
      const match = pattern.exec(exchange.path);
      if (match) return handler(match[1] ?? "", decodeURIComponent(match[2] ?? ""), exchange);
    }
    return failure(404, "UNSUPPORTED");
  }

  #table(): readonly (readonly [RegExp, Handler])[] {
    return [
      [/^\/v2\/(.+)\/tags\/list$/, (repository, _, exchange) => this.#tags(repository, exchange)],
      [/^\/v2\/(.+)\/referrers\/([^/]+)$/, (repository, digest, exchange) => this.#referrers(repository, digest, exchange)],
      [
        /^\/v2\/(.+)\/manifests\/([^/]+)$/,
        (repository, reference, exchange) => this.#manifest(repository, reference, exchange),
      ],
      [/^\/v2\/(.+)\/blobs\/uploads\/()$/, (repository, _, exchange) => this.#startUpload(repository, exchange)],
      [
        /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
        (repository, session, exchange) => this.#continueUpload(repository, session, exchange),
      ],
      [/^\/v2\/(.+)\/blobs\/([^/]+)$/, (repository, digest, exchange) => this.#blob(repository, digest, exchange)],
    ];
  }

  #catalog({ query }: Exchange): Answer {
    const size = this.#options.catalogPageSize;
    if (size === undefined) return failure(404, "UNSUPPORTED");
    const last = query.get("last") ?? "";
    const rest = [...this.#repositories.keys()].sort().filter((name) => name > last);
    const repositories = rest.slice(0, size);
    const next = `/v2/_catalog?n=${size}&last=${encodeURIComponent(repositories.at(-1) ?? "")}`;
    const link = repositories.length < rest.length ? { link: `<${next}>; rel="next"` } : {};
    return answer(200, { "content-type": "application/json", ...link }, JSON.stringify({ repositories }));
  }

  async #tags(repository: string, { query }: Exchange): Promise<Answer> {
    const store = this.#repositories.get(repository);
    if (!store) return failure(404, "NAME_UNKNOWN");
    const last = query.get("last") ?? "";
    const rest = (await store.tags()).filter((tag) => tag > last);
    const page = rest.slice(0, this.#options.tagPageSize ?? Number(query.get("n") ?? 1000));
    const next = `/v2/${repository}/tags/list?n=${page.length}&last=${encodeURIComponent(page.at(-1) ?? "")}`;
    const link = page.length < rest.length ? { link: `<${next}>; rel="next"` } : {};
    return answer(200, { "content-type": "application/json", ...link }, JSON.stringify({ name: repository, tags: page }));
  }

  async #manifest(repository: string, reference: string, exchange: Exchange): Promise<Answer> {
    const store = this.#repositories.get(repository);
    if (exchange.method === "PUT") return this.#putManifest(repository, reference, exchange);
    if (!store) return failure(404, "NAME_UNKNOWN");
    if (exchange.method === "DELETE") return store.remove(reference) ? answer(202) : failure(404, "MANIFEST_UNKNOWN");
    const descriptor = await store.resolve(reference);
    const content = descriptor && store.content(descriptor.digest);
    if (!descriptor || !content) return failure(404, "MANIFEST_UNKNOWN");
    const headers = { "content-type": content.mediaType, "docker-content-digest": descriptor.digest };
    return answer(200, headers, content.bytes);
  }

  async #putManifest(repository: string, reference: string, { headers, body }: Exchange): Promise<Answer> {
    const descriptor = descriptorOf(body, headers["content-type"] ?? "");
    if (!isManifestType(descriptor.mediaType)) return failure(400, "MANIFEST_INVALID");
    if (isDigest(reference) && reference !== descriptor.digest) return failure(400, "DIGEST_INVALID");
    const store = this.#open(repository);
    const missing = childrenOf(descriptor, body).find((child) => !store.content(child.digest));
    if (missing) return failure(404, "MANIFEST_BLOB_UNKNOWN", missing.digest);
    store.add(body, descriptor.mediaType);
    if (!isDigest(reference)) await store.tag(descriptor, reference);
    const location = this.#locate(`/v2/${repository}/manifests/${descriptor.digest}`);
    const subject = this.#options.referrers ? subjectOf(descriptor, body) : undefined;
    return answer(201, { location, "docker-content-digest": descriptor.digest, ...(subject && { "oci-subject": subject }) });
  }

  #startUpload(repository: string, { method, query }: Exchange): Answer {
    if (method !== "POST") return failure(405, "UNSUPPORTED");
    const mount = query.get("mount") ?? "";
    const source = this.#repositories.get(query.get("from") ?? "");
    const content = isDigest(mount) && !this.#options.refuseMounts ? source?.content(mount) : undefined;
    if (content) {
      this.#open(repository).add(content.bytes, content.mediaType);
      return answer(201, { location: this.#locate(`/v2/${repository}/blobs/${mount}`), "docker-content-digest": mount });
    }
    const session = randomUUID();
    this.#sessions.set(session, { repository, pieces: [], sizeBytes: 0 });
    const least = this.#options.minChunkBytes;
    return this.#progress(session, 202, least === undefined ? {} : { "oci-chunk-min-length": String(least) });
  }

  #continueUpload(repository: string, id: string, exchange: Exchange): Answer {
    const { method, query, body } = exchange;
    const session = this.#sessions.get(id);
    if (session?.repository !== repository) return failure(404, "BLOB_UPLOAD_UNKNOWN");
    if (method === "DELETE") return this.#sessions.delete(id) ? answer(204) : failure(404, "BLOB_UPLOAD_UNKNOWN");
    if (query.get("_state") !== "a+b") return failure(404, "BLOB_UPLOAD_INVALID");
    if (method === "GET") return this.#progress(id, 204);
    if (method === "PUT") {
      const digest = query.get("digest");
      return this.#finishUpload(repository, id, digest, Buffer.concat([...session.pieces, body]));
    }
    if (method !== "PATCH" || this.#options.refuseChunks) return failure(405, "UNSUPPORTED");
    if (!this.#fits(session, exchange)) return this.#progress(id, 416);
    this.#keep(id, body);
    return this.#progress(id, 202);
  }

  /** Whether a chunk begins where the upload is, and is of a length that is taken. */
  #fits({ sizeBytes }: UploadSession, { headers, body }: Exchange): boolean {
    if (body.byteLength > (this.#options.maxChunkBytes ?? Number.POSITIVE_INFINITY)) return false;
    const range = headers["content-range"];
    return range === undefined || range === `${sizeBytes}-${sizeBytes + body.byteLength - 1}`;
  }

  #keep(id: string, bytes: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    const sizeBytes = session.sizeBytes + bytes.byteLength;
    this.#sessions.set(id, { ...session, pieces: [...session.pieces, bytes], sizeBytes });
  }

  /** What arrived of a request whose connection broke: part of an upload stays, unless such uploads are forgotten. */
  cutOff({ method, path, body }: Exchange): void {
    const id = /\/blobs\/uploads\/([^/]+)$/.exec(path)?.[1];
    if (id === undefined || (method !== "PATCH" && method !== "PUT")) return;
    if (this.#options.forgetsCutUploads) this.#sessions.delete(id);
    else this.#keep(id, body);
  }

  #finishUpload(repository: string, id: string, claimed: string | null, bytes: Uint8Array): Answer {
    this.#sessions.delete(id);
    const digest = digestOf(bytes);
    if (claimed !== digest) return failure(400, "DIGEST_INVALID");
    this.#open(repository).add(bytes, "application/octet-stream");
    return answer(201, { location: this.#locate(`/v2/${repository}/blobs/${digest}`), "docker-content-digest": digest });
  }

  /** Where an upload is, with state whose spelling a client has to keep. An empty one is `0-0`, as everywhere. */
  #progress(id: string, status: number, headers: Readonly<Record<string, string>> = {}): Answer {
    const { repository = "", sizeBytes = 0 } = this.#sessions.get(id) ?? {};
    const location = this.#locate(`/v2/${repository}/blobs/uploads/${id}?_state=a%2Bb`, this.#uploadOrigin);
    return answer(status, { location, range: `0-${Math.max(0, sizeBytes - 1)}`, ...headers });
  }

  #blob(repository: string, digest: string, { headers }: Exchange): Answer {
    const content = isDigest(digest) ? this.#repositories.get(repository)?.content(digest) : undefined;
    if (!content) return failure(404, this.#repositories.has(repository) ? "BLOB_UNKNOWN" : "NAME_UNKNOWN");
    if (this.#options.redirectBlobsTo !== undefined)
      return answer(307, { location: `${this.#options.redirectBlobsTo}${digest}` });
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    const proof = { "content-type": "application/octet-stream", "docker-content-digest": digest };
    if (from === 0) return answer(200, proof, content.bytes);
    const range = `bytes ${from}-${content.bytes.byteLength - 1}/${content.bytes.byteLength}`;
    return answer(206, { ...proof, "content-range": range }, content.bytes.subarray(from));
  }

  #referrers(repository: string, subject: string, { query }: Exchange): Answer {
    const store = this.#repositories.get(repository);
    if (this.#options.referrers !== true) return failure(404, "NAME_UNKNOWN");
    const artifactType = this.#options.filtersReferrers ? query.get("artifactType") : null;
    const listed = (store?.digests ?? []).flatMap((digest) => (store ? referrer(store, digest, subject) : []));
    const wanted = listed.filter((entry) => artifactType === null || entry.artifactType === artifactType);
    const last = query.get("last") ?? "";
    const rest = wanted.filter(({ digest }) => digest > last);
    const manifests = rest.slice(0, this.#options.referrersPageSize ?? 1000);
    const filter = artifactType === null ? "" : `&artifactType=${encodeURIComponent(artifactType)}`;
    const next = `/v2/${repository}/referrers/${subject}?last=${manifests.at(-1)?.digest ?? ""}${filter}`;
    const headers = {
      "content-type": MEDIA_TYPE.imageIndex,
      ...(artifactType !== null && { "oci-filters-applied": "artifactType" }),
      ...(manifests.length < rest.length && { link: `<${next}>; rel="next"` }),
    };
    return answer(200, headers, JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.imageIndex, manifests }));
  }

  #locate(path: string, origin = this.#origin): string {
    if (origin !== this.#origin) return `${origin}${path}`;
    return this.#options.location === "absolute" ? `${origin}${path}` : path;
  }
}

function childrenOf(descriptor: Descriptor, bytes: Uint8Array): readonly Descriptor[] {
  const document = parseManifestOrIndex(bytes, descriptor);
  return isImageIndex(document) ? document.manifests : [document.config, ...document.layers];
}

const subjectOf = (descriptor: Descriptor, bytes: Uint8Array): Digest | undefined =>
  parseManifestOrIndex(bytes, descriptor).subject?.digest;

function referrer(store: MemoryStore, digest: Digest, subject: string): Descriptor[] {
  const content = store.content(digest);
  if (!content || !isManifestType(content.mediaType)) return [];
  const descriptor = descriptorOf(content.bytes, content.mediaType);
  const document = parseManifestOrIndex(content.bytes, descriptor);
  if (document.subject?.digest !== subject) return [];
  const artifactType = document.artifactType ?? (isImageIndex(document) ? undefined : document.config.mediaType);
  return [
    {
      ...descriptor,
      ...(artifactType && { artifactType }),
      ...(document.annotations && { annotations: document.annotations }),
    },
  ];
}

const answer = (status: number, headers: Readonly<Record<string, string>> = {}, body: string | Uint8Array = ""): Answer => ({
  status,
  headers,
  body: typeof body === "string" ? Buffer.from(body) : body,
});

const failure = (status: number, code: string, detail = ""): Answer =>
  answer(
    status,
    { "content-type": "application/json" },
    JSON.stringify({ errors: [{ code, message: code.toLowerCase(), detail }] }),
  );
