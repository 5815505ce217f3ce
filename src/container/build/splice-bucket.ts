import { encodeHeader, BLOCK_BYTES } from "../../archive/ustar-header.ts";
import { directoryEntry } from "../../archive/tar-entry.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { VoxError } from "../../errors/vox-error.ts";

/** What every package's tar begins with: `opt/vox/` and `opt/vox/modules/`. */
const HEAD = Buffer.concat(["opt/vox/", "opt/vox/modules/"].map((path) => encodeHeader(directoryEntry(path))));
/** What it ends with: two zero blocks. */
const TAIL = Buffer.alloc(2 * BLOCK_BYTES);

/**
 * One canonical tar out of the canonical tars of several packages, which come in the order of their folders' paths: since each
 * is sorted and lies under its own folder, the members between head and tail need only be joined.
 * @throws {VoxError} ARCHIVE_INVALID when a tar is not a package's
 */
export async function* spliceBucket(tars: Iterable<ByteStream>): ByteStream {
  yield HEAD;
  for (const tar of tars) yield* membersOf(tar);
  yield TAIL;
}

async function* membersOf(tar: ByteStream): ByteStream {
  let pending: Buffer = Buffer.alloc(0);
  let headSeen = false;
  for await (const chunk of tar) {
    pending =
      pending.byteLength === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([pending, chunk]);
    if (!headSeen && pending.byteLength >= HEAD.byteLength) {
      if (!pending.subarray(0, HEAD.byteLength).equals(HEAD)) throw notPackage();
      pending = pending.subarray(HEAD.byteLength);
      headSeen = true;
    }
    if (headSeen && pending.byteLength > TAIL.byteLength) {
      yield pending.subarray(0, -TAIL.byteLength);
      // A copy, as whoever made the chunk may use its memory again.
      pending = Buffer.from(pending.subarray(-TAIL.byteLength));
    }
  }
  if (!headSeen || !pending.equals(TAIL)) throw notPackage();
}

const notPackage = (): VoxError =>
  new VoxError("ARCHIVE_INVALID", "a package's tar does not begin and end as every package's does");
