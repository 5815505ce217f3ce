import type { ByteStream } from "../core/byte-stream.ts";
import { type Digest, Digester } from "../core/digest.ts";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { PackageName } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import { BlockReader } from "./block-reader.ts";
import { type ContentProof, FileContent } from "./file-content.ts";
import { gunzipMember } from "./gunzip-member.ts";
import { MAGIC_BYTES, machineCodeKind, type MachineCodeFile } from "./machine-code.ts";
import { MemberOrder } from "./member-order.ts";
import { ABOVE_MEMBERS, MODULES_FOLDER, packageFolder } from "./package-entries.ts";
import { checkPath, PathSet } from "./package-paths.ts";
import { readMember } from "./read-member.ts";
import type { TarMember } from "./tar-entry.ts";
import { BLOCK_BYTES } from "./ustar-header.ts";

export interface ExpectedArchive {
  readonly name: PackageName;
  readonly mediaType: string;
  /** Bytes of the blob as stored. */
  readonly sizeBytes: number;
  /** Where it is known already: what the tar must hash to. */
  readonly diffId?: Digest;
}

/** A file of a package; the path is relative to the package's folder. */
export interface ArchiveFile {
  readonly path: string;
  readonly executable: boolean;
  readonly sizeBytes: number;
}

export interface ReadFile extends ArchiveFile {
  readonly digest: Digest;
}

/** Takes a file as it comes; what it leaves unread is read over. */
export type ArchiveSink = (file: ArchiveFile, content: ByteStream) => Promise<void>;

export interface ReadArchive {
  readonly diffId: Digest;
  /** In the archive's order. */
  readonly files: readonly ReadFile[];
  /** The bytes of its `Vox.toml`. Whether that names the same package and version is the caller's to check. */
  readonly manifest: Uint8Array;
  /** For `refuseMachineCode`, once the package's platforms are known. */
  readonly machineCode: readonly MachineCodeFile[];
}

const MIN_CAP_BYTES = 512 * 1024 * 1024;
const CAP_RATIO = 20;
export const MAX_MANIFEST_BYTES = 1024 * 1024;
const TAR = "application/vnd.oci.image.layer.v1.tar";
const TAR_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";

/**
 * Reads a package archive in one pass and proves it: that it is the one canonical archive of its content (contracts, §4). Enforces `content-proved`.
 * Files reach the sink before the proof is complete: write them where nothing looks, and move them when this returns.
 * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_PATH, ARCHIVE_TOO_LARGE, CONTENT_MISMATCH
 */
export async function readPackageArchive(blob: ByteStream, expected: ExpectedArchive, sink: ArchiveSink): Promise<ReadArchive> {
  const digester = new Digester();
  const reader = new BlockReader(measured(unpacked(blob, expected.mediaType), capBytes(expected.sizeBytes), digester));
  try {
    const content = new PackageContentReader(expected.name, sink);
    for (let member = await readMember(reader); member; member = await readMember(reader)) await content.take(member, reader);
    await checkEnd(reader);
    return { diffId: checkedDiffId(digester, expected), ...content.end() };
  } finally {
    await reader.close();
  }
}

export function unpacked(blob: ByteStream, mediaType: string): ByteStream {
  if (mediaType === TAR_GZIP) return gunzipMember(blob);
  if (mediaType === TAR) return blob;
  throw new VoxError("ARCHIVE_INVALID", `\`${mediaType}\` is not how a package is stored`);
}

/** The most that a blob of this size may unpack to, in bytes. */
export const capBytes = (sizeBytes: number): number => Math.max(MIN_CAP_BYTES, CAP_RATIO * sizeBytes);

async function* measured(tar: ByteStream, maxBytes: number, digester: Digester): ByteStream {
  for await (const chunk of tar) {
    digester.update(chunk);
    if (digester.sizeBytes > maxBytes)
      throw new VoxError("ARCHIVE_TOO_LARGE", `the archive unpacks to more than ${maxBytes} bytes`);
    yield chunk;
  }
}

/** The first zero block is read; the second must follow, and nothing after it. */
async function checkEnd(reader: BlockReader): Promise<void> {
  const block = await reader.read(BLOCK_BYTES);
  if (block.some((byte) => byte !== 0)) throw invalid("a single zero block stands between members");
  if (!(await reader.atEnd())) throw invalid("something follows the archive's end");
}

function checkedDiffId(digester: Digester, expected: ExpectedArchive): Digest {
  const diffId = digester.digest();
  if (expected.diffId === undefined || diffId === expected.diffId) return diffId;
  throw new VoxError(
    "CONTENT_MISMATCH",
    `the archive of \`${expected.name}\` unpacks to \`${diffId}\`, not to \`${expected.diffId}\``,
  );
}

/** Judges each member and gathers what the archive holds. */
class PackageContentReader {
  readonly #folder: string;
  readonly #folders: readonly string[];
  readonly #sink: ArchiveSink;
  readonly #order = new MemberOrder(ABOVE_MEMBERS);
  readonly #paths = new PathSet();
  readonly #files: ReadFile[] = [];
  readonly #machineCode: MachineCodeFile[] = [];
  #manifest: Uint8Array | undefined;

  constructor(name: PackageName, sink: ArchiveSink) {
    this.#folder = packageFolder(name);
    this.#folders = ["opt/vox/", MODULES_FOLDER, this.#folder];
    this.#sink = sink;
  }

  async take(member: TarMember, reader: BlockReader): Promise<void> {
    this.#check(member);
    if (member.kind !== "file") return;
    const path = member.path.slice(this.#folder.length);
    const file: ArchiveFile = { path, executable: member.executable, sizeBytes: member.sizeBytes };
    const isManifest = path === MANIFEST_FILE;
    if (isManifest && file.sizeBytes > MAX_MANIFEST_BYTES)
      throw invalid(`\`${MANIFEST_FILE}\` is larger than ${MAX_MANIFEST_BYTES} bytes`);
    const content = new FileContent(reader, file.sizeBytes, isManifest ? MAX_MANIFEST_BYTES : MAGIC_BYTES);
    await this.#sink(file, content.stream());
    this.#keep(file, await content.end());
  }

  end(): Omit<ReadArchive, "diffId"> {
    this.#order.end();
    if (this.#manifest === undefined) throw invalid(`the archive has no \`${MANIFEST_FILE}\` at its top`);
    return { files: this.#files, manifest: this.#manifest, machineCode: this.#machineCode };
  }

  #check(member: TarMember): void {
    if (member.kind === "symlink") throw invalid(`\`${member.path}\` is a symbolic link`);
    if (member.owner.uid !== 0 || member.owner.gid !== 0) throw invalid(`\`${member.path}\` does not belong to root`);
    const path = member.kind === "directory" ? member.path.slice(0, -1) : member.path;
    if (member.path.startsWith(this.#folder) && member.path !== this.#folder) checkPath(path.slice(this.#folder.length));
    else if (!this.#folders.includes(member.path)) checkForeign(path, this.#folder);
    this.#order.add(member);
    this.#paths.add(path);
  }

  #keep(file: ArchiveFile, proof: ContentProof): void {
    this.#files.push({ ...file, digest: proof.digest });
    const kind = machineCodeKind(proof.kept);
    if (kind) this.#machineCode.push({ path: file.path, kind });
    if (file.path === MANIFEST_FILE) this.#manifest = proof.kept;
  }
}

/** A path that breaks a rule is told so before it is told that it is out of place. */
function checkForeign(path: string, folder: string): never {
  checkPath(path);
  throw invalid(`\`${path}\` is outside \`${folder}\``);
}

const invalid = (message: string): VoxError => new VoxError("ARCHIVE_INVALID", message);
