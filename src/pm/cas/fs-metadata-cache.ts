import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MarkUsed } from "../../core/use-mark.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { MetadataCache } from "../registry/cached-repository.ts";

/** Metadata below `<cache>/metadata`: documents by digest, facts by the hash of their key. */
export class FsMetadataCache implements MetadataCache {
  readonly #dir: string;
  readonly #markUsed: MarkUsed;

  constructor(cacheDir: string, markUsed: MarkUsed = () => true) {
    this.#dir = join(cacheDir, "metadata");
    this.#markUsed = markUsed;
  }

  document(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#read(this.#documentPath(digest));
  }

  keepDocument(digest: Digest, bytes: Uint8Array): Promise<void> {
    return writeBeside(this.#documentPath(digest), bytes);
  }

  /** The key stands in the file's first line, so that a person can tell what it is about. */
  async fact(key: string): Promise<string | undefined> {
    const bytes = await this.#read(this.#factPath(key));
    const text = bytes && new TextDecoder().decode(bytes);
    return text?.startsWith(`${key}\n`) && text.endsWith("\n") ? text.slice(key.length + 1, -1) : undefined;
  }

  keepFact(key: string, text: string): Promise<void> {
    return writeBeside(this.#factPath(key), new TextEncoder().encode(`${key}\n${text}\n`));
  }

  #read(path: string): Promise<Uint8Array | undefined> {
    this.#markUsed(path);
    return readIfThere(path);
  }

  #documentPath(digest: Digest): string {
    return join(this.#dir, "documents", hexOf(digest).slice(0, 2), hexOf(digest));
  }

  #factPath(key: string): string {
    const hex = createHash("sha256").update(key).digest("hex");
    return join(this.#dir, "facts", hex.slice(0, 2), hex);
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch {
    // What cannot be read is asked for again.
    return undefined;
  }
}

async function writeBeside(path: string, bytes: Uint8Array): Promise<void> {
  const dir = join(path, "..");
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written`, { cause });
  }
}
