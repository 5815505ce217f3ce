import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { ByteStream } from "../../core/byte-stream.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { FileReader } from "./project-folder.ts";

/** A link that took a file's place is not followed; a fifo that did does not block. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CHUNK_BYTES = 256 * 1024;

/** Files of a project on disk, each proved unchanged from before its first byte until after its last. */
export const openFileReader = (projectDir: string): FileReader => ({
  open: (path) => readUnchanged(join(projectDir, path), path),
});

/**
 * Small files, which most are, are read at once without the thread pool: three trips through it cost more than the read.
 */
async function* readUnchanged(file: string, path: string): ByteStream {
  const small = readSmall(file, path);
  if (small) return void (small.byteLength > 0 && (yield small));
  const handle = await open(file, FLAGS).catch((cause: unknown) => refuse(path, cause));
  try {
    yield* readLarge(handle, path);
  } finally {
    await handle.close();
  }
}

/** `undefined` when the file is not small. */
function readSmall(file: string, path: string): Uint8Array | undefined {
  const descriptor = opened(file, path);
  try {
    const before = fstatSync(descriptor, { bigint: true });
    assertRegular(before, path);
    if (before.size > CHUNK_BYTES) return undefined;
    const bytes = Buffer.allocUnsafe(Number(before.size));
    let filled = 0;
    for (let read = -1; read !== 0 && filled < bytes.byteLength; filled += read)
      read = readSync(descriptor, bytes, filled, bytes.byteLength - filled, null);
    assertUnchanged(before, fstatSync(descriptor, { bigint: true }), path, filled);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

function opened(file: string, path: string): number {
  try {
    return openSync(file, FLAGS);
  } catch (cause) {
    return refuse(path, cause);
  }
}

async function* readLarge(handle: FileHandle, path: string): ByteStream {
  const before = await handle.stat({ bigint: true });
  assertRegular(before, path);
  let seenBytes = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES);
    if (bytesRead === 0) break;
    seenBytes += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
  assertUnchanged(before, await handle.stat({ bigint: true }), path, seenBytes);
}

function assertRegular(stats: BigIntStats, path: string): void {
  if (!stats.isFile()) throw new VoxError("FILE_KIND", `\`${path}\` is no regular file now`);
}

function assertUnchanged(before: BigIntStats, after: BigIntStats, path: string, seenBytes: number): void {
  const same = before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs;
  if (!same || BigInt(seenBytes) !== before.size) throw new VoxError("FILE_CHANGED", `\`${path}\` changed while it was read`);
}

function refuse(path: string, cause: unknown): never {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR") {
    throw new VoxError("FILE_CHANGED", `\`${path}\` is not there any more`, { cause });
  }
  throw new VoxError("FILE_UNREADABLE", `\`${path}\` cannot be read`, { place: { file: path }, cause });
}
