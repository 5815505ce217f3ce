import { type ByteStream, collectBytes, streamOf, verifying } from "../core/byte-stream.ts";
import { type Digest, isDigest } from "../core/digest.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ManifestRemover, ReferrerOptions, Repository, TagOptions, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { isManifestType } from "./media-types.ts";
import { refuseMoved } from "./new-tag.ts";
import { descriptorOf } from "./parse-descriptor.ts";
import { parseTag } from "./reference.ts";
import { listedReferrers, type Referrer, requireReferrer } from "./referrers.ts";

interface StoredContent {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Content in memory: small documents on their way, and whole repositories in tests. */
export class MemoryStore implements Repository, ManifestRemover {
  readonly #contents = new Map<Digest, StoredContent>();
  readonly #tags = new Map<string, Descriptor>();
  readonly #referrers = new Map<Digest, Referrer>();

  async exists(descriptor: Descriptor): Promise<boolean> {
    return this.#contents.get(descriptor.digest)?.bytes.byteLength === descriptor.size;
  }

  async *fetch(descriptor: Descriptor, options: TransferOptions = {}): ByteStream {
    options.signal?.throwIfAborted();
    const content = this.#contents.get(descriptor.digest);
    if (!content) throw new VoxError("CONTENT_MISSING", `\`${descriptor.digest}\` is not there`);
    yield* verifying(streamOf(content.bytes), descriptor);
  }

  async push(descriptor: Descriptor, content: ByteStream, options: TransferOptions = {}): Promise<void> {
    const limit = { maxBytes: descriptor.size, what: `\`${descriptor.digest}\`` };
    const bytes = await collectBytes(verifying(content, descriptor), limit);
    options.signal?.throwIfAborted();
    this.#contents.set(descriptor.digest, { mediaType: descriptor.mediaType, bytes });
  }

  /** Takes bytes that are at hand and says how they are named. */
  add(bytes: Uint8Array, mediaType: string): Descriptor {
    const descriptor = descriptorOf(bytes, mediaType);
    this.#contents.set(descriptor.digest, { mediaType, bytes });
    return descriptor;
  }

  /** The bytes as they are held, with the type they came under. */
  content(digest: Digest): StoredContent | undefined {
    return this.#contents.get(digest);
  }

  get digests(): readonly Digest[] {
    return sortedByUtf8(this.#contents.keys(), (digest) => digest);
  }

  async resolve(tag: string): Promise<Descriptor | undefined> {
    if (!isDigest(tag)) return this.#tags.get(tag);
    const content = this.#contents.get(tag);
    if (!content || !isManifestType(content.mediaType)) return undefined;
    return { mediaType: content.mediaType, digest: tag, size: content.bytes.byteLength };
  }

  async tags(): Promise<readonly string[]> {
    return sortedByUtf8(this.#tags.keys(), (tag) => tag);
  }

  async tag(descriptor: Descriptor, tag: string, options: TagOptions = {}): Promise<void> {
    parseTag(tag);
    if (!(await this.exists(descriptor))) throw new VoxError("CONTENT_MISSING", `\`${descriptor.digest}\` is not there`);
    refuseMoved(this.#tags.get(tag), descriptor, tag, options);
    this.#tags.set(tag, { mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size });
  }

  async referrers(subject: Digest, { artifactType }: ReferrerOptions = {}): Promise<readonly Descriptor[]> {
    const attached = [...this.#referrers.values()].filter((referrer) => referrer.subject === subject);
    return listedReferrers(
      attached.map(({ entry }) => entry),
      artifactType,
    );
  }

  async attach(referrers: readonly Descriptor[]): Promise<void> {
    for (const descriptor of referrers) {
      const content = this.#contents.get(descriptor.digest);
      if (!content) throw new VoxError("CONTENT_MISSING", `\`${descriptor.digest}\` is not there`);
      this.#referrers.set(descriptor.digest, requireReferrer(descriptor, content.bytes));
    }
  }

  async removeManifest(digest: Digest): Promise<boolean> {
    this.remove(digest);
    return true;
  }

  /** Forgets a tag, or content with every tag that names it; false when there is no such thing. */
  remove(reference: string): boolean {
    if (!isDigest(reference)) return this.#tags.delete(reference);
    for (const [tag, descriptor] of this.#tags) if (descriptor.digest === reference) this.#tags.delete(tag);
    this.#referrers.delete(reference);
    return this.#contents.delete(reference);
  }
}
