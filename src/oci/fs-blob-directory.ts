import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ByteStream, verifying } from "../core/byte-stream.ts";
import { type Digest, digestFromHex, Digester, hexOf } from "../core/digest.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import type { MarkUsed } from "../core/use-mark.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { ContentStore, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";
import { isSystemError, systemFailure } from "./fs-errors.ts";

export interface BlobDirectoryOptions {
  /** What happens to a blob that turns out to be other content when it is read: a cache evicts it, so that it is fetched anew. */
  readonly onCorrupt?: "keep" | "evict";
  /** Notes that a blob is in use, for a cache that is collected. */
  readonly markUsed?: MarkUsed;
}

export interface StoredBlob {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  /** When it was written, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

const READ_CHUNK_BYTES = 256 * 1024;
const HEX = /^[0-9a-f]{64}$/;
const PARTIAL = /^\.vox-[0-9a-f-]{36}\.partial$/;

/**
 * `blobs/sha256/<hex>` under a directory, as image layouts and the cache have it. A blob is written beside, proved, made 0444 and
 * renamed into place, so that several processes may write the same one and a process that is killed leaves none half-written.
 */
export class FsBlobDirectory implements ContentStore {
  readonly #root: string;
  readonly #blobs: string;
  readonly #options: BlobDirectoryOptions;

  /** @param root the directory that holds `blobs`; made when the first blob is written */
  constructor(root: string, options: BlobDirectoryOptions = {}) {
    this.#root = root;
    this.#blobs = join(root, "blobs", "sha256");
    this.#options = options;
  }

  /** Where the blob is, or would be. */
  path(digest: Digest): string {
    return join(this.#blobs, hexOf(digest));
  }

  /** The blob's size in bytes, `undefined` when it is not there. */
  async sizeOf(digest: Digest): Promise<number | undefined> {
    try {
      const found = await stat(this.path(digest));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
      throw systemFailure(error, "FILE_UNREADABLE", `\`${this.path(digest)}\` cannot be read`);
    }
  }

  async exists(descriptor: Descriptor): Promise<boolean> {
    const { markUsed } = this.#options;
    if (markUsed && !markUsed(this.path(descriptor.digest))) return false;
    return (await this.sizeOf(descriptor.digest)) === descriptor.size;
  }

  async *fetch(descriptor: Descriptor, options: TransferOptions = {}): ByteStream {
    this.#options.markUsed?.(this.path(descriptor.digest));
    const handle = await this.#open(descriptor.digest);
    try {
      yield* verifying(readChunks(handle, options.signal), descriptor);
    } catch (error) {
      if (this.#options.onCorrupt === "evict" && isVoxError(error, "CONTENT_MISMATCH")) await this.evict(descriptor.digest);
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** @throws {VoxError} CONTENT_MISMATCH, CANNOT_WRITE */
  async push(descriptor: Descriptor, content: ByteStream, options: TransferOptions = {}): Promise<void> {
    await this.#write(verifying(content, descriptor), options, () => descriptor.digest);
  }

  /**
   * Takes in content whose digest is not known beforehand.
   * @throws {VoxError} CANNOT_WRITE
   */
  async ingest(
    content: ByteStream,
    options: TransferOptions = {},
  ): Promise<{ readonly digest: Digest; readonly size: number }> {
    const digester = new Digester();
    const digest = await this.#write(digesting(content, digester), options, () => digester.digest());
    return { digest, size: digester.sizeBytes };
  }

  /** Forgets a blob, if it is there. */
  async evict(digest: Digest): Promise<void> {
    await rm(this.path(digest), { force: true });
  }

  /** Every blob, by digest. */
  async list(): Promise<readonly StoredBlob[]> {
    const names = (await namesIn(this.#blobs)).filter((name) => HEX.test(name));
    const blobs: StoredBlob[] = [];
    for (const name of sortedByUtf8(names, (text) => text)) {
      const found = await stat(join(this.#blobs, name)).catch(() => undefined);
      if (found?.isFile()) blobs.push({ digest: digestFromHex(name), size: found.size, modifiedMs: found.mtimeMs });
    }
    return blobs;
  }

  /** Removes what killed writers left before the given time, in milliseconds since 1970. */
  async removeAbandoned(beforeMs: number): Promise<void> {
    for (const name of (await namesIn(this.#root)).filter((found) => PARTIAL.test(found))) {
      const path = join(this.#root, name);
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtimeMs < beforeMs) await rm(path, { force: true });
    }
  }

  async #open(digest: Digest): Promise<FileHandle> {
    try {
      return await open(this.path(digest), "r");
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR"))
        throw new VoxError("CONTENT_MISSING", `\`${digest}\` is not in \`${this.#root}\``);
      throw systemFailure(error, "FILE_UNREADABLE", `\`${this.path(digest)}\` cannot be read`);
    }
  }

  async #write(content: ByteStream, options: TransferOptions, digestAtEnd: () => Digest): Promise<Digest> {
    const partial = join(this.#root, `.vox-${randomUUID()}.partial`);
    try {
      await mkdir(this.#blobs, { recursive: true });
      await writeChunks(partial, content, options.signal);
      const digest = digestAtEnd();
      await rename(partial, this.path(digest));
      return digest;
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw systemFailure(error, "CANNOT_WRITE", `\`${this.#root}\` cannot be written`);
    }
  }
}

async function writeChunks(path: string, content: ByteStream, signal: AbortSignal | undefined): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    for await (const chunk of content) {
      signal?.throwIfAborted();
      await writeAll(handle, chunk);
    }
    await handle.chmod(0o444);
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await handle.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function* readChunks(handle: FileHandle, signal: AbortSignal | undefined): ByteStream {
  for (;;) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(READ_CHUNK_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, READ_CHUNK_BYTES);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* digesting(content: ByteStream, digester: Digester): ByteStream {
  for await (const chunk of content) {
    digester.update(chunk);
    yield chunk;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return [];
    throw systemFailure(error, "FILE_UNREADABLE", `\`${directory}\` cannot be read`);
  }
}
