import { BlockReader } from "../../archive/block-reader.ts";
import { FileContent } from "../../archive/file-content.ts";
import { MODULES_FOLDER } from "../../archive/package-entries.ts";
import { readMember } from "../../archive/read-member.ts";
import { directoryEntry, type TarMember } from "../../archive/tar-entry.ts";
import { decodeHeader, decodeLoosely } from "../../archive/ustar-decode.ts";
import { BLOCK_BYTES, encodeHeader, paddingBytes } from "../../archive/ustar-header.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { type Digest, Digester } from "../../core/digest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { layerTar } from "./layer-tar.ts";

/** What a layer turned out to hold. */
export interface InspectedLayer {
  readonly diffId: Digest;
  /** Of each package in it, the diff-id that its archive would have by itself. */
  readonly packages: ReadonlyMap<string, Digest>;
  /** Paths that do not belong there; at most a few of them. */
  readonly strays: readonly string[];
}

/** How many paths a check names. */
const MAX_STRAYS = 5;

/** What every package's tar begins with, and ends with: a bucket has them once for all (contracts, §7 "Layers"). */
const HEAD = ["opt/vox/", MODULES_FOLDER];
const TAIL_BYTES = 2 * BLOCK_BYTES;

/**
 * Reads a layer of dependencies in one pass. Each package's members, between the head and the tail that every archive has, are its archive:
 * so a bucket is held against the lock package by package, without anybody's archives at hand.
 * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_TOO_LARGE, CONTENT_MISMATCH, COMPRESSION_UNSUPPORTED
 */
export async function inspectPackages(blob: ByteStream, descriptor: Descriptor): Promise<InspectedLayer> {
  const packages = new Map<string, Digester>();
  const strays: string[] = [];
  const diffId = await eachMember(blob, descriptor, decodeHeader, async (member, content) => {
    const name = member.path.startsWith(MODULES_FOLDER) ? (member.path.slice(MODULES_FOLDER.length).split("/")[0] ?? "") : "";
    if (name === "") {
      if (!HEAD.includes(member.path)) note(strays, member.path);
      return;
    }
    const digester = packages.get(name) ?? headOf(packages, name);
    digester.update(encodeHeader(member));
    for await (const chunk of content) digester.update(chunk);
    if (member.kind === "file") digester.update(Buffer.alloc(paddingBytes(member.sizeBytes)));
  });
  return { diffId, packages: new Map([...packages].map(([name, digester]) => [name, ended(digester)])), strays };
}

/**
 * Reads a layer of other content, and names what is not where it may be.
 * @throws {VoxError} as `inspectPackages`
 */
export async function inspectPaths(
  blob: ByteStream,
  descriptor: Descriptor,
  belongs: (member: TarMember) => boolean,
): Promise<InspectedLayer> {
  const strays: string[] = [];
  const diffId = await eachMember(blob, descriptor, decodeLoosely, async (member) => {
    if (!belongs(member)) note(strays, member.path);
  });
  return { diffId, packages: new Map(), strays };
}

/** Where the application's members may be: under `workdir`, and the links to the packages; never among the packages. */
export function isApplicationMember(workdir: string): (member: TarMember) => boolean {
  const root = `${workdir.replace(/^\/+|\/+$/g, "")}/`.replace(/^\/$/, "");
  return ({ path, kind }) => {
    if (path.startsWith(MODULES_FOLDER)) return false;
    if (path === "opt/" || path === "opt/vox/" || (path === "opt/vox/node_modules" && kind === "symlink")) return true;
    if (path.startsWith("opt/vox/") && !root.startsWith("opt/vox/")) return false;
    return path.startsWith(root) || (kind === "directory" && root.startsWith(path));
  };
}

/** What an image on `scratch` needs besides, and the CA certificates. */
const SYSTEM_FILES: ReadonlySet<string> = new Set(["etc/passwd", "etc/group", "etc/ssl/certs/ca-certificates.crt"]);
const SYSTEM_FOLDERS: ReadonlySet<string> = new Set(["etc/", "etc/ssl/", "etc/ssl/certs/", "opt/", "tmp/"]);

export const isSystemMember = ({ path, kind }: TarMember): boolean =>
  kind === "directory" ? SYSTEM_FOLDERS.has(path) : kind === "file" && SYSTEM_FILES.has(path);

async function eachMember(
  blob: ByteStream,
  descriptor: Descriptor,
  decode: typeof decodeHeader,
  take: (member: TarMember, content: ByteStream) => Promise<void>,
): Promise<Digest> {
  const digester = new Digester();
  const reader = new BlockReader(layerTar(blob, descriptor, digester));
  try {
    for (let member = await readMember(reader, decode); member; member = await readMember(reader, decode)) {
      const content = new FileContent(reader, member.kind === "file" ? member.sizeBytes : 0, 0);
      await take(member, content.stream());
      await content.end();
    }
    // What follows the first zero block is digested too.
    while (!(await reader.atEnd())) reader.takeBuffered();
    return digester.digest();
  } finally {
    await reader.close();
  }
}

function note(strays: string[], path: string): void {
  if (strays.length < MAX_STRAYS) strays.push(path);
}

function headOf(packages: Map<string, Digester>, name: string): Digester {
  const digester = new Digester();
  for (const path of HEAD) digester.update(encodeHeader(directoryEntry(path)));
  packages.set(name, digester);
  return digester;
}

function ended(digester: Digester): Digest {
  digester.update(Buffer.alloc(TAIL_BYTES));
  return digester.digest();
}
