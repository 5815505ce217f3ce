import { createHash } from "node:crypto";
import { VoxError } from "../errors/vox-error.ts";
import type { Brand } from "./brand.ts";

/** `sha256:` and 64 lower-case hex digits; OCI image-spec 1.1, descriptor.md, "Digests". */
export type Digest = Brand<string, "Digest">;

const SHA256_PATTERN = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): text is Digest => SHA256_PATTERN.test(text);

/** @throws {VoxError} DIGEST_INVALID */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new VoxError("DIGEST_INVALID", `\`${text}\` is not a sha256 digest`);
}

/** The digest of bytes that are all in memory. */
export const digestOf = (bytes: Uint8Array | string): Digest => digestFromHex(createHash("sha256").update(bytes).digest("hex"));

/** The 64 hex digits after `sha256:`. */
export const hexOf = (digest: Digest): string => digest.slice("sha256:".length);

/** The first 12 hex digits, for people to read. */
export const shortHexOf = (digest: Digest): string => hexOf(digest).slice(0, 12);

export const digestFromHex = (hex: string): Digest => parseDigest(`sha256:${hex}`);

/** Digests bytes as they pass; `sizeBytes` counts them. */
export class Digester {
  readonly #hash = createHash("sha256");
  #sizeBytes = 0;

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#sizeBytes += chunk.byteLength;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Ends the hash: call it once. */
  digest(): Digest {
    return digestFromHex(this.#hash.digest("hex"));
  }
}
