import * as zlib from "node:zlib";
import type { Transform } from "node:stream";
import type { ByteStream } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";

const LEVEL = 3;
/** `ZSTD_c_compressionLevel` of zstd.h; Node 20 does not name it. */
const COMPRESSION_LEVEL_PARAMETER = 100;

interface ZstdModule {
  createZstdCompress(options: { readonly params: Readonly<Record<number, number>> }): Transform;
}

/** Node has zstd from 22.15 and 23.8. */
const hasZstd = (module: object): module is ZstdModule =>
  "createZstdCompress" in module && typeof module.createZstdCompress === "function";

/**
 * One zstd frame at a fixed level.
 * @throws {VoxError} COMPRESSION_UNSUPPORTED when this Node has no zstd
 */
export function zstdStream(content: ByteStream): ByteStream {
  if (!hasZstd(zlib)) throw new VoxError("COMPRESSION_UNSUPPORTED", "this Node's zlib has no zstd");
  return through(zlib.createZstdCompress({ params: { [COMPRESSION_LEVEL_PARAMETER]: LEVEL } }), content);
}

async function* through(transform: Transform, content: ByteStream): ByteStream {
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
