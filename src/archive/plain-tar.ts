import type { ByteStream } from "../core/byte-stream.ts";
import { VoxError } from "../errors/vox-error.ts";
import { BlockReader } from "./block-reader.ts";
import { writeCanonicalTar } from "./canonical-tar.ts";
import { FileContent } from "./file-content.ts";
import { MemberOrder } from "./member-order.ts";
import { checkPath, PathSet } from "./package-paths.ts";
import { readMember } from "./read-member.ts";
import { type ContentFile, fileEntry, type TarMember } from "./tar-entry.ts";
import { inArchiveOrder, withParents } from "./tar-tree.ts";
import { BLOCK_BYTES } from "./ustar-header.ts";

/** A file of the archive as it comes; what is left unread is read over. */
export interface PlainFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly content: ByteStream;
}

/** The one tar of these files and the folders that hold them: paths sorted, owner, mode and time fixed (contracts, §4). */
export const writePlainTar = (files: readonly ContentFile[]): ByteStream =>
  writeCanonicalTar(
    inArchiveOrder(
      withParents(
        files.map((file) => fileEntry(file.path, file)),
        { above: "" },
      ),
    ),
  );

/**
 * Reads such a tar, and refuses any other: links, paths outside, doubles, an order or a header of its own.
 * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_PATH
 */
export async function readPlainTar(tar: ByteStream, take: (file: PlainFile) => Promise<void>): Promise<void> {
  const reader = new BlockReader(tar);
  try {
    const order = new MemberOrder("");
    const paths = new PathSet();
    for (let member = await readMember(reader); member; member = await readMember(reader)) {
      paths.add(checkedPath(member));
      order.add(member);
      if (member.kind === "file") await takeFile(member, reader, take);
    }
    order.end();
    const block = await reader.read(BLOCK_BYTES);
    if (block.some((byte) => byte !== 0) || !(await reader.atEnd())) throw invalid("something follows the archive's end");
  } finally {
    await reader.close();
  }
}

async function takeFile(
  { path, sizeBytes }: Extract<TarMember, { readonly kind: "file" }>,
  reader: BlockReader,
  take: (file: PlainFile) => Promise<void>,
): Promise<void> {
  const content = new FileContent(reader, sizeBytes, 0);
  await take({ path, sizeBytes, content: content.stream() });
  await content.end();
}

/** Without the slash at a folder's end. */
function checkedPath(member: TarMember): string {
  if (member.kind === "symlink") throw invalid(`\`${member.path}\` is a symbolic link`);
  if (member.kind === "file" && member.executable) throw invalid(`\`${member.path}\` is a program`);
  if (member.owner.uid !== 0 || member.owner.gid !== 0) throw invalid(`\`${member.path}\` does not belong to root`);
  const path = member.kind === "directory" ? member.path.slice(0, -1) : member.path;
  checkPath(path);
  return path;
}

const invalid = (message: string): VoxError => new VoxError("ARCHIVE_INVALID", message);
