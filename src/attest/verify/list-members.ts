import { BlockReader } from "../../archive/block-reader.ts";
import { FileContent } from "../../archive/file-content.ts";
import { readMember } from "../../archive/read-member.ts";
import type { TarMember } from "../../archive/tar-entry.ts";
import { decodeLoosely } from "../../archive/ustar-decode.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { type Digest, Digester } from "../../core/digest.ts";
import { compareUtf8 } from "../../core/text-order.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { layerTar } from "./layer-tar.ts";

/** A member of a layer as two layers are compared by it. */
export interface ListedMember {
  readonly path: string;
  /** Everything else about it, as words. */
  readonly facts: string;
}

/** The members of a layer, with the digests of files; no content is held. @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_TOO_LARGE */
export async function listMembers(blob: ByteStream, descriptor: Descriptor): Promise<readonly ListedMember[]> {
  const reader = new BlockReader(layerTar(blob, descriptor, new Digester()));
  const members: ListedMember[] = [];
  try {
    for (let member = await readMember(reader, decodeLoosely); member; member = await readMember(reader, decodeLoosely)) {
      const content = new FileContent(reader, member.kind === "file" ? member.sizeBytes : 0, 0);
      members.push({ path: member.path, facts: factsOf(member, (await content.end()).digest) });
    }
  } finally {
    await reader.close();
  }
  return members;
}

function factsOf(member: TarMember, digest: Digest): string {
  const owner = `owner ${member.owner.uid}:${member.owner.gid}`;
  switch (member.kind) {
    case "file":
      return `${member.sizeBytes} bytes, \`${digest}\`, ${member.executable ? "executable, " : ""}${owner}`;
    case "directory":
      return `a folder, mode ${(member.mode ?? 0o755).toString(8)}, ${owner}`;
    case "symlink":
      return `a link to \`${member.target}\`, ${owner}`;
  }
}

/** In words, the first path in which two layers differ; undefined when they hold the same. */
export function firstDifference(theirs: readonly ListedMember[], ours: readonly ListedMember[]): string | undefined {
  const [left, right] = [byPath(theirs), byPath(ours)];
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort(compareUtf8);
  for (const path of paths) {
    const [had, made] = [left.get(path), right.get(path)];
    if (had === made) continue;
    if (had === undefined) return `\`${path}\` is not in the image`;
    if (made === undefined) return `\`${path}\` is in the image, and the rebuild has none`;
    return `\`${path}\` is ${had} in the image, and ${made} when rebuilt`;
  }
  return undefined;
}

const byPath = (members: readonly ListedMember[]): ReadonlyMap<string, string> =>
  new Map(members.map(({ path, facts }) => [path, facts]));
