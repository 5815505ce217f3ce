import type { Transform } from "node:stream";
import type { ByteStream } from "../core/byte-stream.ts";

/** What a transform of Node makes of a stream; a failure of either end is the stream's. */
export async function* throughTransform(transform: Transform, content: ByteStream): ByteStream {
  const fed = feed(transform, content);
  fed.catch((error: unknown) => transform.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const chunk of transform) if (chunk instanceof Uint8Array) yield chunk;
  } finally {
    transform.destroy();
  }
  await fed;
}

async function feed(transform: Transform, content: ByteStream): Promise<void> {
  for await (const chunk of content) {
    if (transform.destroyed) return;
    if (!transform.write(chunk)) await drained(transform);
  }
  transform.end();
}

const drained = (transform: Transform): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      transform.off("drain", go).off("close", go);
      resolve();
    };
    transform.once("drain", go).once("close", go);
  });
