import * as zlib from "node:zlib";
import type { Transform } from "node:stream";
import type { ByteStream } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import { fixedBlocks, LAYER_BLOCK_BYTES } from "./fixed-blocks.ts";
import { throughTransform } from "./through-transform.ts";

const LEVEL = 3;
/** `ZSTD_c_compressionLevel` of zstd.h; Node 20 does not name it. */
const COMPRESSION_LEVEL_PARAMETER = 100;

interface ZstdModule {
  createZstdCompress(options: { readonly params: Readonly<Record<number, number>> }): Transform;
  createZstdDecompress(): Transform;
}

/** Node has zstd from 22.15 and 23.8. */
const hasZstd = (module: object): module is ZstdModule =>
  "createZstdCompress" in module && typeof module.createZstdCompress === "function";

/**
 * One zstd frame at a fixed level. How the content is cut into calls shows in zstd's bytes, so it is cut by size alone.
 * @throws {VoxError} COMPRESSION_UNSUPPORTED when this Node has no zstd
 */
export const zstdStream = (content: ByteStream): ByteStream =>
  throughTransform(
    zstdModule().createZstdCompress({ params: { [COMPRESSION_LEVEL_PARAMETER]: LEVEL } }),
    fixedBlocks(content, LAYER_BLOCK_BYTES),
  );

/** @throws {VoxError} COMPRESSION_UNSUPPORTED when this Node has no zstd */
export const unzstdStream = (content: ByteStream): ByteStream => throughTransform(zstdModule().createZstdDecompress(), content);

function zstdModule(): ZstdModule {
  if (hasZstd(zlib)) return zlib;
  throw new VoxError("COMPRESSION_UNSUPPORTED", "this Node's zlib has no zstd");
}
