import { digestOf } from "../../../src/core/digest.ts";
import type { ByteStream } from "../../../src/core/byte-stream.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";

/** A small blob that is known by its text. */
export const descriptorFor = (text: string): Descriptor => ({
  mediaType: "application/octet-stream",
  digest: digestOf(text),
  size: Buffer.byteLength(text),
});

export const streamOfText = (text: string): ByteStream => streamOf(Buffer.from(text));
