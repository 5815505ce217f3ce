import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readPlainTar, writePlainTar, type PlainFile } from "../archive/plain-tar.ts";
import type { ContentFile } from "../archive/tar-entry.ts";
import { collectBytes } from "../core/byte-stream.ts";
import { digestFromHex } from "../core/digest.ts";
import { isPackageName } from "../core/package-name.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import { FsBlobDirectory } from "../oci/fs-blob-directory.ts";
import { systemFailure } from "../oci/fs-errors.ts";
import { MAX_MANIFEST_BYTES } from "../oci/parse-manifest.ts";
import type { OpenedRegistryArchive, RegistryArchivePorts } from "../ops/ports.ts";
import { besidePath, fsOutput, removeAbandoned } from "./fs-output.ts";

const DOCUMENTS: readonly string[] = ["index.json", "oci-layout"];
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;

/** A folder of package layouts, as a `file:` registry is, in one tar. */
export const fsRegistryArchive: RegistryArchivePorts = {
  openRegistryArchive: openArchive,
  async writeRegistryArchive(path, fill) {
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
      throw systemFailure(error, "CANNOT_WRITE", `\`${dirname(path)}\` cannot be written`);
    });
    await removeAbandoned(path);
    // Beside the result, where there is room for it.
    return withFolder(besidePath(path), async (dir) => {
      const result = await fill(dir);
      await fsOutput.writeFile(path, writePlainTar(await filesOf(dir)));
      return result;
    });
  },
};

async function withFolder<T>(dir: string, work: (dir: string) => Promise<T>): Promise<T> {
  await mkdir(dir).catch((error: unknown) => {
    throw systemFailure(error, "CANNOT_WRITE", `\`${dirname(dir)}\` cannot be written`);
  });
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const makeFolder = (prefix: string): Promise<string> =>
  mkdtemp(prefix).catch((error: unknown) => {
    throw systemFailure(error, "CANNOT_WRITE", `\`${dirname(prefix)}\` cannot be written`);
  });

async function filesOf(dir: string): Promise<readonly ContentFile[]> {
  const files: ContentFile[] = [];
  for (const name of await readdir(dir)) {
    const blobs = (await readdir(join(dir, name, "blobs", "sha256"))).map((blob) => `blobs/sha256/${blob}`);
    for (const path of [...DOCUMENTS, ...blobs]) files.push(await fileAt(dir, `${name}/${path}`));
  }
  return files;
}

async function fileAt(dir: string, path: string): Promise<ContentFile> {
  const full = join(dir, path);
  const sizeBytes = (await stat(full)).size;
  return { kind: "file", path, executable: false, sizeBytes, open: () => createReadStream(full) };
}

/** Unpacked into a folder of its own, every blob proved by its name; the folder goes with the last use. */
async function openArchive(path: string, signal: AbortSignal): Promise<OpenedRegistryArchive> {
  const dir = await makeFolder(join(tmpdir(), "vox-registry-"));
  const close = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    await readPlainTar(createReadStream(path, { signal }), (file) => unpack(dir, file, signal));
    return { dir, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw archiveFailure(error, path);
  }
}

async function unpack(dir: string, { path, sizeBytes, content }: PlainFile, signal: AbortSignal): Promise<void> {
  const slash = path.indexOf("/");
  const name = path.slice(0, Math.max(0, slash));
  const inner = path.slice(slash + 1);
  const [, hex] = BLOB.exec(inner) ?? [];
  if (!isPackageName(name)) throw new VoxError("ARCHIVE_INVALID", `\`${path}\` is no package's`);
  const root = join(dir, name);
  if (hex !== undefined) {
    const descriptor = { digest: digestFromHex(hex), size: sizeBytes, mediaType: "application/octet-stream" };
    return new FsBlobDirectory(root).push(descriptor, content, { signal });
  }
  if (!DOCUMENTS.includes(inner)) throw new VoxError("ARCHIVE_INVALID", `\`${path}\` is no file of an image layout`);
  const bytes = await collectBytes(content, { maxBytes: MAX_MANIFEST_BYTES, what: `\`${path}\`` });
  await mkdir(root, { recursive: true });
  await writeFile(join(root, inner), bytes);
}

function archiveFailure(error: unknown, path: string): unknown {
  if (!isVoxError(error)) return systemFailure(error, "FILE_UNREADABLE", `\`${path}\` cannot be read`);
  return new VoxError(error.code, `\`${path}\` is not an archive of a registry that can be used: ${error.message}`, {
    cause: error,
  });
}
