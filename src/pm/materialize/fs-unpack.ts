import { chmodSync, closeSync, fchmodSync, fstatSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ByteStream } from "../../core/byte-stream.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { MANIFEST_FILE } from "../../core/manifest-file.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { BlobCache } from "../cas/blob-cache.ts";
import { type ArchivedPackage, blobOf } from "./closure.ts";
import type { Donor } from "./fs-donor.ts";
import { DIRECTORY_MODE, fileMode } from "./fs-inspect-tree.ts";
import { fileStamp } from "./fs-stamp.ts";
import type { ArchivedManifest } from "../registry/archived-manifest.ts";
import type { MaterializeRequest, ReadArchivedManifest, ReadPackageArchive, RefuseMachineCode } from "./materializer.ts";
import type { RecordedFile, UnpackedPackage } from "./tree-record.ts";

export interface UnpackPorts {
  readonly blobs: BlobCache;
  readonly readArchive: ReadPackageArchive;
  readonly readManifest: ReadArchivedManifest;
  readonly refuseMachineCode: RefuseMachineCode;
}

export type UnpackOptions = Pick<MaterializeRequest, "refetch" | "proveManifest" | "signal" | "onEvent">;

/** Has a package in a folder that is not there yet: as links to what another closure holds of it, else unpacked. */
export async function takePackage(
  entry: ArchivedPackage,
  folder: string,
  donor: Donor | undefined,
  ports: UnpackPorts,
  options: UnpackOptions,
): Promise<UnpackedPackage> {
  options.signal?.throwIfAborted();
  const given = donor?.give(entry, folder);
  if (!given) return unpackPackage(entry, folder, ports, options);
  await proveIdentity(entry, readFileSync(join(folder, MANIFEST_FILE)), ports.readManifest, options);
  return given;
}

/**
 * Unpacks a package into a folder that is not there yet; only when this returns is what it holds proved.
 * A blob that is spoilt or missing is fetched anew once, where there is a way to.
 * @throws {VoxError} ARCHIVE_INVALID, ARCHIVE_METADATA_MISMATCH, PLATFORM_UNDECLARED, CACHE_CORRUPT, CONTENT_MISSING
 */
export async function unpackPackage(
  entry: ArchivedPackage,
  folder: string,
  ports: UnpackPorts,
  options: UnpackOptions,
): Promise<UnpackedPackage> {
  try {
    return await unpackOnce(entry, folder, ports, options);
  } catch (error) {
    if (!options.refetch || !(isVoxError(error, "CACHE_CORRUPT") || isVoxError(error, "CONTENT_MISSING"))) throw error;
    options.onEvent?.({ kind: "warning", code: error.code, message: `${error.message}: it is fetched anew` });
  }
  rmSync(folder, { recursive: true, force: true });
  await options.refetch(entry);
  return unpackOnce(entry, folder, ports, options);
}

async function unpackOnce(
  entry: ArchivedPackage,
  folder: string,
  ports: UnpackPorts,
  options: UnpackOptions,
): Promise<UnpackedPackage> {
  options.signal?.throwIfAborted();
  const tree = new TreeWriter(folder);
  const { name, mediaType, size, diffId } = entry;
  const expected = { name, mediaType, sizeBytes: size, diffId };
  const archive = await proving(entry, ports.blobs, () =>
    ports.readArchive(ports.blobs.fetch(blobOf(entry), options), expected, (file, content) =>
      tree.writeFile(file.path, file.executable, content),
    ),
  );
  const own = await proveIdentity(entry, archive.manifest, ports.readManifest, options);
  await ports.refuseMachineCode(archive.machineCode, own.platforms, `${name}@${entry.version}`);
  return { directories: tree.directories, files: archive.files.map((file) => tree.recorded(file)) };
}

/** The reader may stumble over a spoilt blob before the blob's own digest is known to be wrong: then the blob is asked itself. */
async function proving<T>(entry: ArchivedPackage, blobs: BlobCache, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isVoxError(error)) throw error;
    if (error.code !== "CACHE_CORRUPT" && error.code !== "CONTENT_MISSING") await drain(blobs.fetch(blobOf(entry)));
    const options = { cause: error, ...(error.hint !== undefined && { hint: error.hint }) };
    throw new VoxError(error.code, `\`${entry.name}@${entry.version}\`: ${error.message}`, options);
  }
}

async function drain(stream: ByteStream): Promise<void> {
  for await (const chunk of stream) void chunk;
}

async function proveIdentity(
  entry: ArchivedPackage,
  manifest: Uint8Array,
  read: ReadArchivedManifest,
  options: UnpackOptions,
): Promise<ArchivedManifest> {
  const what = `\`Vox.toml\` in the archive of \`${entry.name}@${entry.version}\``;
  const own = await read(manifest, what);
  if (own.name !== entry.name || own.version !== entry.version) {
    throw new VoxError("ARCHIVE_INVALID", `${what} names \`${own.name}@${own.version}\``);
  }
  options.proveManifest?.(entry, own);
  return own;
}

/** Writes files with exactly the modes that a closure has, whatever the umask. */
class TreeWriter {
  readonly #root: string;
  readonly #made = new Set<string>();
  readonly #stamps = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
    mkdirSync(root, { recursive: true });
    chmodSync(root, DIRECTORY_MODE);
  }

  get directories(): readonly string[] {
    return [...this.#made];
  }

  async writeFile(path: string, executable: boolean, content: ByteStream): Promise<void> {
    this.#makeParents(path);
    const file = openSync(`${this.#root}/${path}`, "wx", 0o600);
    try {
      for await (const chunk of content) writeAll(file, chunk);
      fchmodSync(file, fileMode(executable));
      this.#stamps.set(path, fileStamp(fstatSync(file, { bigint: true })));
    } finally {
      closeSync(file);
    }
  }

  recorded(file: { readonly path: string; readonly executable: boolean; readonly digest: Digest }): RecordedFile {
    const { path, executable, digest } = file;
    return { path, executable, sha256: hexOf(digest), stamp: this.#stamps.get(path) ?? "0 0 0" };
  }

  #makeParents(path: string): void {
    const parent = dirname(path);
    if (parent === "." || this.#made.has(parent)) return;
    this.#makeParents(parent);
    mkdirSync(`${this.#root}/${parent}`);
    chmodSync(`${this.#root}/${parent}`, DIRECTORY_MODE);
    this.#made.add(parent);
  }
}

function writeAll(file: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.byteLength;) at += writeSync(file, chunk, at);
}
