import type { ByteStream } from "../core/byte-stream.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";

/** Content that lives in several places, as an image's does: the first reader that has it gives it. */
export const unionReader = (readers: readonly ContentReader[]): ContentReader => ({
  async exists(descriptor, options) {
    for (const reader of readers) if (await reader.exists(descriptor, options)) return true;
    return false;
  },
  fetch: (descriptor, options) => fetchFromFirst(readers, descriptor, options),
});

async function* fetchFromFirst(
  readers: readonly ContentReader[],
  descriptor: Descriptor,
  options?: TransferOptions,
): ByteStream {
  for (const reader of readers) {
    let begun = false;
    try {
      for await (const chunk of reader.fetch(descriptor, options)) {
        begun = true;
        yield chunk;
      }
      return;
    } catch (error) {
      // Asking first would cost a request: a reader that lacks the content says so before its first byte.
      if (begun || !isVoxError(error, "CONTENT_MISSING")) throw error;
    }
  }
  throw new VoxError("CONTENT_MISSING", `\`${descriptor.digest}\` is nowhere to be had`);
}
