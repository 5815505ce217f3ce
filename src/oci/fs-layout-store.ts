import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ByteStream } from "../core/byte-stream.ts";
import { canonicalJsonBytes } from "../core/canonical-json.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { type Digest, digestOf, isDigest } from "../core/digest.ts";
import { parseJson } from "../core/json-cursor.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { ManifestRemover, ReferrerOptions, Repository, TagOptions, TransferOptions } from "./content-store.ts";
import type { Annotations, Descriptor } from "./descriptor.ts";
import { FsBlobDirectory } from "./fs-blob-directory.ts";
import { withDirectoryLock } from "./fs-directory-lock.ts";
import { isSystemError, systemFailure } from "./fs-errors.ts";
import type { ImageIndex } from "./image-manifest.ts";
import {
  EMPTY_LAYOUT_INDEX,
  formatLayoutIndex,
  tagOf,
  untagged,
  untaggedManifests,
  withEntry,
  withEntries,
  withoutContent,
  withTag,
} from "./layout-index.ts";
import { refuseMoved } from "./new-tag.ts";
import { descriptorOf } from "./parse-descriptor.ts";
import { MAX_MANIFEST_BYTES, mediaTypeOfManifest, parseImageIndex } from "./parse-manifest.ts";
import { readContent } from "./read-content.ts";
import { parseTag } from "./reference.ts";
import { listedReferrers, type Referrer, referrerOf, requireReferrer } from "./referrers.ts";

const LAYOUT_VERSION = "1.0.0";
const LOCK_NAME = ".vox-index.lock";
const CONCURRENT_READS = 8;
/** What the bytes of a manifest can be wrong in. */
const SPOILT: ReadonlySet<string> = new Set(["CONTENT_MISMATCH", "CONTENT_MISSING", "CONTENT_TOO_LARGE", "OCI_INVALID"]);

/**
 * An OCI image layout on disk (image-spec, image-layout.md). A layout that is not there reads as an empty one and is made by the
 * first write; killed at any moment, a writer leaves a layout that holds what it held before.
 */
export class FsLayoutStore implements Repository, ManifestRemover {
  readonly #directory: string;
  readonly #blobs: FsBlobDirectory;
  readonly #subjects = new Map<Digest, Referrer | "none">();
  #prepared: Promise<void> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#blobs = new FsBlobDirectory(directory);
  }

  exists(descriptor: Descriptor): Promise<boolean> {
    return this.#blobs.exists(descriptor);
  }

  fetch(descriptor: Descriptor, options?: TransferOptions): ByteStream {
    return this.#blobs.fetch(descriptor, options);
  }

  async push(descriptor: Descriptor, content: ByteStream, options?: TransferOptions): Promise<void> {
    await this.#prepare();
    await this.#blobs.push(descriptor, content, options);
  }

  async resolve(tag: string): Promise<Descriptor | undefined> {
    const entries = await this.entries();
    const entry = entries.find((candidate) => (isDigest(tag) ? candidate.digest === tag : tagOf(candidate) === tag));
    if (entry) return untagged(entry);
    return isDigest(tag) ? this.#resolveBlob(tag) : undefined;
  }

  async tags(): Promise<readonly string[]> {
    const tags = (await this.entries()).map(tagOf).filter((tag) => tag !== undefined);
    return sortedByUtf8(new Set(tags), (tag) => tag);
  }

  /** @throws {VoxError} CONTENT_MISSING, REFERENCE_INVALID, LOCK_HELD, OCI_INVALID, CANNOT_WRITE */
  async tag(descriptor: Descriptor, tag: string, options: TagOptions = {}): Promise<void> {
    parseTag(tag);
    await this.#edit([descriptor], (index) => {
      const there = index.manifests.find((entry) => tagOf(entry) === tag);
      refuseMoved(there, descriptor, tag, options);
      return withTag(index, descriptor, tag);
    });
  }

  /** Names content in `index.json` without a tag, as a referrer is (contracts, §7). */
  async list(descriptor: Descriptor): Promise<void> {
    await this.#edit([descriptor], (index) => withEntry(index, descriptor));
  }

  /** Lists content without tags, all at once, and says by annotations what the layout is. */
  async inventory(entries: readonly Descriptor[], annotations: Annotations): Promise<void> {
    await this.#edit(entries, (index) => ({ ...withEntries(index, entries), annotations }));
  }

  async removeManifest(digest: Digest): Promise<boolean> {
    await this.#edit([], (index) => withoutContent(index, digest));
    await this.#blobs.evict(digest);
    return true;
  }

  /**
   * What is attached stands in `index.json` without a tag; each such manifest is read for its subject. One that cannot be read may be attached
   * to anything, and is listed as `index.json` has it: whoever reads it is told.
   */
  async referrers(subject: Digest, options: ReferrerOptions = {}): Promise<readonly Descriptor[]> {
    const candidates = untaggedManifests(await this.#readIndex());
    const found = await mapConcurrent(candidates, CONCURRENT_READS, (entry) => this.#referrerAt(entry, subject, options));
    return listedReferrers(found.flat(), options.artifactType);
  }

  async #referrerAt(entry: Descriptor, subject: Digest, options: TransferOptions): Promise<readonly Descriptor[]> {
    try {
      const referrer = await this.#subjectOf(entry, options);
      return referrer?.subject === subject ? [referrer.entry] : [];
    } catch (error) {
      if (!isVoxError(error) || !SPOILT.has(error.code)) throw error;
      return [untagged(entry)];
    }
  }

  /** Read once: what a digest names does not change. */
  async #subjectOf(entry: Descriptor, options: TransferOptions): Promise<Referrer | undefined> {
    const known = this.#subjects.get(entry.digest);
    if (known !== undefined) return known === "none" ? undefined : known;
    const referrer = referrerOf(entry, await readContent(this, entry, options));
    this.#subjects.set(entry.digest, referrer ?? "none");
    return referrer;
  }

  async attach(referrers: readonly Descriptor[], options: TransferOptions = {}): Promise<void> {
    const entries = await mapConcurrent(referrers, CONCURRENT_READS, async (descriptor) =>
      requireReferrer(descriptor, await readContent(this, descriptor, options)),
    );
    await this.#edit(referrers, (index) =>
      withEntries(
        index,
        entries.map(({ entry }) => entry),
      ),
    );
  }

  /**
   * What `index.json` lists, in its order; a tag is in `org.opencontainers.image.ref.name`.
   * @throws {VoxError} OCI_INVALID
   */
  async entries(): Promise<readonly Descriptor[]> {
    return (await this.#readIndex()).manifests;
  }

  async #resolveBlob(digest: Digest): Promise<Descriptor | undefined> {
    const size = await this.#blobs.sizeOf(digest);
    if (size === undefined || size > MAX_MANIFEST_BYTES) return undefined;
    const bytes = await readFile(this.#blobs.path(digest));
    if (digestOf(bytes) !== digest) throw new VoxError("CONTENT_MISMATCH", `\`${this.#blobs.path(digest)}\` is other content`);
    return descriptorOf(bytes, mediaTypeOfManifest(bytes, `the manifest \`${digest}\``));
  }

  async #edit(named: readonly Descriptor[], change: (index: ImageIndex) => ImageIndex): Promise<void> {
    for (const descriptor of named) {
      if (await this.exists(descriptor)) continue;
      throw new VoxError("CONTENT_MISSING", `\`${descriptor.digest}\` is not in \`${this.#directory}\``);
    }
    await withDirectoryLock(this.#directory, LOCK_NAME, async (lock) => {
      await this.#prepare();
      const bytes = formatLayoutIndex(change(await this.#readIndex()));
      lock.assertHeld();
      await this.#replace("index.json", bytes);
    });
  }

  async #readIndex(): Promise<ImageIndex> {
    const bytes = await this.#read("index.json");
    const marked = await this.#isMarked();
    if (!bytes) return EMPTY_LAYOUT_INDEX;
    if (!marked) throw this.#invalid("it has `index.json` and no `oci-layout`");
    return parseImageIndex(bytes, { what: `\`${join(this.#directory, "index.json")}\`` });
  }

  /** Whether `oci-layout` is there and of a version that is known. */
  async #isMarked(): Promise<boolean> {
    const bytes = await this.#read("oci-layout");
    if (!bytes) return false;
    const version = parseJson(bytes, { code: "OCI_INVALID", what: `\`${join(this.#directory, "oci-layout")}\`` }).at(
      "imageLayoutVersion",
    );
    if (version.string() !== LAYOUT_VERSION) version.fail(`is not \`${LAYOUT_VERSION}\``);
    return true;
  }

  #prepare(): Promise<void> {
    this.#prepared ??= this.#mark();
    return this.#prepared;
  }

  async #mark(): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true });
      if (await this.#isMarked()) return;
      if (await this.#read("index.json")) throw this.#invalid("it has `index.json` and no `oci-layout`");
      await this.#replace("oci-layout", canonicalJsonBytes({ imageLayoutVersion: LAYOUT_VERSION }));
    } catch (error) {
      throw systemFailure(error, "CANNOT_WRITE", `\`${this.#directory}\` cannot be written`);
    }
  }

  async #replace(name: string, bytes: Uint8Array): Promise<void> {
    const partial = join(this.#directory, `.vox-${randomUUID()}.partial`);
    try {
      await writeFile(partial, bytes, { flag: "wx", mode: 0o644 });
      await rename(partial, join(this.#directory, name));
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw systemFailure(error, "CANNOT_WRITE", `\`${join(this.#directory, name)}\` cannot be written`);
    }
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    const path = join(this.#directory, name);
    try {
      if ((await stat(path)).size > MAX_MANIFEST_BYTES)
        throw new VoxError("CONTENT_TOO_LARGE", `\`${path}\` is larger than ${MAX_MANIFEST_BYTES} bytes`);
      return await readFile(path);
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return undefined;
      throw systemFailure(error, "FILE_UNREADABLE", `\`${path}\` cannot be read`);
    }
  }

  #invalid(why: string): VoxError {
    return new VoxError("OCI_INVALID", `\`${this.#directory}\` is no image layout: ${why}`);
  }
}
