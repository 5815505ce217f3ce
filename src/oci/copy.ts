import { anySignal } from "../core/any-signal.ts";
import { streamOf } from "../core/byte-stream.ts";
import type { Digest } from "../core/digest.ts";
import type { EventSink } from "../core/events.ts";
import { Gate } from "../core/gate.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { ContentReader, ContentStore, Mounter } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { refuseDepth, successorsOf } from "./graph.ts";
import { InterruptedUpload } from "./interrupted-upload.ts";
import { isManifestType } from "./media-types.ts";
import { inlinedContent } from "./parse-descriptor.ts";
import { readContent } from "./read-content.ts";

/** What a copy moved. */
export interface TransferSummary {
  /** Bytes that were sent, manifests included. */
  readonly bytes: number;
  /** Blobs that were sent. */
  readonly blobs: number;
  /** Blobs that the destination took over from another of its repositories. */
  readonly mounted: number;
  /** Blobs and manifests that were there already; what a manifest that was there reaches is not counted. */
  readonly skipped: number;
}

export interface CopyOptions {
  /** Transfers at one time; 4 unless said. */
  readonly concurrency?: number;
  /** Repositories of the destination's registry that may hold the blob, the likeliest first. */
  readonly mountFrom?: (descriptor: Descriptor) => readonly string[];
  /**
   * What the destination is known to hold (see `digestsReachableFrom`), and by giving it, that the rest is likely new: that is
   * mounted or, when it is small, sent without asking for it first. Should it be wrong, the copy begins again without it, and without mounts.
   */
  readonly present?: ReadonlySet<Digest>;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventSink;
}

const CONCURRENCY = 4;
const UPLOAD_ATTEMPTS = 3;
/** Sending so little costs no more than asking, in bytes. */
const SMALL_BYTES = 64 * 1024;

export const NOTHING_TRANSFERRED: TransferSummary = { bytes: 0, blobs: 0, mounted: 0, skipped: 0 };

export const addTransfers = (left: TransferSummary, right: TransferSummary): TransferSummary => ({
  bytes: left.bytes + right.bytes,
  blobs: left.blobs + right.blobs,
  mounted: left.mounted + right.mounted,
  skipped: left.skipped + right.skipped,
});

/**
 * Copies what a root reaches, children before parents and each blob once, so that the destination is never left with a manifest
 * whose content it lacks. What is there already stays; a manifest that is there stands for all it reaches.
 * @throws {VoxError} CONTENT_MISSING, CONTENT_MISMATCH, OCI_INVALID, and what the destination throws
 */
export async function copyGraph(
  from: ContentReader,
  to: ContentStore,
  root: Descriptor,
  options: CopyOptions = {},
): Promise<TransferSummary> {
  try {
    return await new GraphCopy(from, to, options).run(root);
  } catch (error) {
    if (!(options.present || options.mountFrom) || !isVoxError(error, "CONTENT_MISSING")) throw error;
    const { present: _, mountFrom: __, ...asking } = options;
    return await new GraphCopy(from, to, asking).run(root);
  }
}

/** One copy under way: what is visited, what was moved. */
class GraphCopy {
  readonly #from: ContentReader;
  readonly #to: ContentStore & Partial<Mounter>;
  readonly #options: CopyOptions;
  readonly #gate: Gate;
  readonly #visits = new Map<Digest, Promise<void>>();
  readonly #failure = new AbortController();
  readonly #signal: AbortSignal;
  #summary = NOTHING_TRANSFERRED;

  constructor(from: ContentReader, to: ContentStore, options: CopyOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    this.#gate = new Gate(options.concurrency ?? CONCURRENCY);
    this.#signal = anySignal(...(options.signal ? [options.signal] : []), this.#failure.signal);
  }

  async run(root: Descriptor): Promise<TransferSummary> {
    this.#options.signal?.throwIfAborted();
    await this.#visit(root, 0);
    return this.#summary;
  }

  #visit(descriptor: Descriptor, depth: number): Promise<void> {
    const visited = this.#visits.get(descriptor.digest);
    if (visited) return visited;
    const visit = this.#copy(descriptor, depth).catch((error: unknown) => {
      this.#failure.abort(error);
      throw this.#signal.reason;
    });
    this.#visits.set(descriptor.digest, visit);
    return visit;
  }

  async #copy(descriptor: Descriptor, depth: number): Promise<void> {
    refuseDepth(descriptor, depth);
    if (this.#options.present?.has(descriptor.digest)) return this.#skipped(descriptor);
    if (isManifestType(descriptor.mediaType)) return this.#copyManifest(descriptor, depth);
    await this.#transfer(() => this.#copyBlob(descriptor));
  }

  async #copyManifest(descriptor: Descriptor, depth: number): Promise<void> {
    const transfer = { signal: this.#signal };
    if (await this.#transfer(() => this.#alreadyThere(descriptor))) return this.#skipped(descriptor);
    const bytes = await this.#transfer(() => readContent(this.#from, descriptor, transfer));
    await settleAll(successorsOf(descriptor, bytes).map((child) => this.#visit(child, depth + 1)));
    await this.#transfer(() => this.#to.push(descriptor, streamOf(bytes), transfer));
    this.#count({ bytes: descriptor.size });
    this.#options.onEvent?.({ kind: "manifest-pushed", digest: descriptor.digest, bytes: descriptor.size });
  }

  async #copyBlob(descriptor: Descriptor): Promise<void> {
    const { digest, size } = descriptor;
    // A mount takes what is there already as it is, so it is tried before asking.
    const source = await this.#mount(descriptor);
    if (source !== undefined) {
      this.#count({ mounted: 1 });
      return this.#options.onEvent?.({ kind: "blob-mounted", digest, from: source });
    }
    if (await this.#alreadyThere(descriptor)) return this.#skipped(descriptor);
    await this.#send(descriptor);
    this.#count({ bytes: size, blobs: 1 });
    this.#options.onEvent?.({ kind: "blob-uploaded", digest, bytes: size });
  }

  /** An upload that broke off in its middle goes on with the source read again, which a store by itself cannot do. */
  async #send(descriptor: Descriptor, attempt = 1): Promise<void> {
    const transfer = { signal: this.#signal };
    const inlined = inlinedContent(descriptor);
    try {
      await this.#to.push(descriptor, inlined ? streamOf(inlined) : this.#from.fetch(descriptor, transfer), transfer);
    } catch (error) {
      if (!(error instanceof InterruptedUpload)) throw error;
      if (error.progressed) return this.#send(descriptor, attempt);
      if (attempt === UPLOAD_ATTEMPTS) throw error;
      // What was lost may have been the answer alone.
      if (!error.session && (await this.#to.exists(descriptor, transfer))) return;
      await this.#send(descriptor, attempt + 1);
    }
  }

  async #alreadyThere(descriptor: Descriptor): Promise<boolean> {
    return this.#likelyNew(descriptor) ? false : this.#to.exists(descriptor, { signal: this.#signal });
  }

  #likelyNew(descriptor: Descriptor): boolean {
    if (!this.#options.present) return false;
    return descriptor.size <= SMALL_BYTES || (this.#to.mount !== undefined && this.#sources(descriptor).length > 0);
  }

  async #mount(descriptor: Descriptor): Promise<string | undefined> {
    if (!this.#to.mount) return undefined;
    for (const source of this.#sources(descriptor)) {
      if (await this.#to.mount(descriptor, source, { signal: this.#signal })) return source;
    }
    return undefined;
  }

  #sources(descriptor: Descriptor): readonly string[] {
    return this.#options.mountFrom?.(descriptor) ?? [];
  }

  async #transfer<T>(work: () => Promise<T>): Promise<T> {
    return this.#gate.run(async () => {
      this.#signal.throwIfAborted();
      return work();
    });
  }

  #skipped(descriptor: Descriptor): void {
    this.#count({ skipped: 1 });
    this.#options.onEvent?.({ kind: "blob-skipped", digest: descriptor.digest });
  }

  #count(moved: Partial<TransferSummary>): void {
    this.#summary = addTransfers(this.#summary, { ...NOTHING_TRANSFERRED, ...moved });
  }
}

/** Waits for every one, so that nothing writes on after a failure was told; then fails as the first that failed. */
async function settleAll(visits: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(visits);
  await Promise.all(visits);
}
