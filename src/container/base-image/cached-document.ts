import { type Digest, digestOf } from "../../core/digest.ts";
import type { DocumentCache } from "./base-image.ts";

/** From the cache when it holds the document whole, else by `load`, which is then kept. */
export async function cachedDocument(
  cache: DocumentCache | undefined,
  digest: Digest,
  load: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const kept = await cache?.read(digest);
  if (kept && digestOf(kept) === digest) return kept;
  const bytes = await load();
  await cache?.write(bytes);
  return bytes;
}
