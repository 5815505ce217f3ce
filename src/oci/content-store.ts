import type { ByteStream } from "../core/byte-stream.ts";
import type { Digest } from "../core/digest.ts";
import type { Descriptor } from "./descriptor.ts";

export interface TransferOptions {
  readonly signal?: AbortSignal;
}

/** Reads content by its descriptor. */
export interface ContentReader {
  exists(descriptor: Descriptor, options?: TransferOptions): Promise<boolean>;
  /**
   * The content, proved: the stream fails at its end unless the bytes are what the descriptor says.
   * @throws {VoxError} CONTENT_MISSING when it is not there, CONTENT_MISMATCH
   */
  fetch(descriptor: Descriptor, options?: TransferOptions): ByteStream;
}

/** Takes content in: what arrives is verified before it can be read; a failed push leaves nothing. */
export interface ContentWriter {
  /** @throws {VoxError} CONTENT_MISMATCH */
  push(descriptor: Descriptor, content: ByteStream, options?: TransferOptions): Promise<void>;
}

export interface ContentStore extends ContentReader, ContentWriter {}

export interface ResolveOptions extends TransferOptions {
  /** The content will be read next: a registry is then asked for both at once. */
  readonly toRead?: boolean;
}

/** Names for content: a registry's tags, a layout's `org.opencontainers.image.ref.name`. */
export interface TagReader {
  /** `undefined` when there is no such tag (or no such repository). */
  resolve(tag: string, options?: ResolveOptions): Promise<Descriptor | undefined>;
  /** Every tag, sorted; empty when the repository does not exist. */
  tags(options?: TransferOptions): Promise<readonly string[]>;
}

export interface TagOptions extends TransferOptions {
  /** Refuses to move a tag from other content. A registry can only be asked before; other stores make sure. */
  readonly onlyNew?: boolean;
}

export interface TagWriter {
  /**
   * Points the tag at content that the store holds.
   * @throws {VoxError} PUBLISH_RACE when the tag should be new and is not
   */
  tag(descriptor: Descriptor, tag: string, options?: TagOptions): Promise<void>;
}

export interface ReferrerOptions extends TransferOptions {
  /** Only those of this type. */
  readonly artifactType?: string;
}

/** A store that takes a manifest and its tag in one step; others take the one and then the other. */
export interface TaggedPusher {
  pushTagged(descriptor: Descriptor, bytes: Uint8Array, tag: string, options?: TransferOptions): Promise<void>;
}

/** A store that lets manifests be taken out, with every tag that names them. */
export interface ManifestRemover {
  /** False where nobody may; true also when it was not there. */
  removeManifest(digest: Digest, options?: TransferOptions): Promise<boolean>;
}

/** What was attached to content: signatures, attestations, records (distribution-spec, "Listing Referrers"). */
export interface ReferrerReader {
  /**
   * The manifests whose `subject` is the given one, by digest, with their `artifactType` and annotations; empty when there are none.
   * A registry's list is its word: whoever reads a referrer checks its subject.
   * @throws {VoxError} OCI_INVALID
   */
  referrers(subject: Digest, options?: ReferrerOptions): Promise<readonly Descriptor[]>;
}

export interface ReferrerWriter {
  /**
   * Lists manifests that the store holds among the referrers of the subjects they name; several at once cost less than one by one.
   * @throws {VoxError} CONTENT_MISSING, OCI_INVALID for a manifest without a subject
   */
  attach(referrers: readonly Descriptor[], options?: TransferOptions): Promise<void>;
}

/** A named place of one artifact's content: a registry repository, an image layout, memory. */
export interface Repository extends ContentStore, TagReader, TagWriter, ReferrerReader, ReferrerWriter {}

/** A store that can take a blob from another repository of the same registry without moving bytes (distribution-spec, "Mounting a blob"). */
export interface Mounter {
  /** False when the registry wants an upload instead. */
  mount(descriptor: Descriptor, fromRepository: string, options?: TransferOptions): Promise<boolean>;
}
