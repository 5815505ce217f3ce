import { VoxError } from "../errors/vox-error.ts";
import type { BlockReader } from "./block-reader.ts";
import type { TarMember } from "./tar-entry.ts";
import { blockKind, decodeHeader, type RawHeader } from "./ustar-decode.ts";
import { BLOCK_BYTES, paddingBytes } from "./ustar-header.ts";

/**
 * The next member's header, canonical or refused unless it is read otherwise; `undefined` at the first zero block.
 * @throws {VoxError} ARCHIVE_INVALID
 */
export async function readMember(
  reader: BlockReader,
  decode: (raw: RawHeader) => TarMember = decodeHeader,
): Promise<TarMember | undefined> {
  const block = await reader.read(BLOCK_BYTES);
  const kind = blockKind(block);
  switch (kind.kind) {
    case "zero":
      return undefined;
    case "member":
      return decode({ block });
    case "pax": {
      const body = await reader.read(kind.sizeBytes);
      const padding = await reader.read(paddingBytes(kind.sizeBytes));
      const member = await reader.read(BLOCK_BYTES);
      if (blockKind(member).kind !== "member") throw new VoxError("ARCHIVE_INVALID", "a PAX header stands before no member");
      return decode({ block: member, pax: { block, body, padding } });
    }
  }
}
