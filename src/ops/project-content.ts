import type { ByteStream } from "../core/byte-stream.ts";
import { type ExpectedContent, verifying } from "../core/byte-stream.ts";
import type { Digest } from "../core/digest.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import type { FileReader } from "../pm/files/project-folder.ts";
import type { ApplicationFile } from "../project/materialized-project.ts";

/** The application's files as content: read from the project's folder by digest, and proved as they are read. */
export function projectContent(reader: FileReader, files: readonly ApplicationFile[]): ContentReader {
  const paths = new Map<Digest, string>(files.flatMap((file) => (file.kind === "file" ? [[file.digest, file.path]] : [])));
  return {
    exists: (descriptor) => Promise.resolve(paths.has(descriptor.digest)),
    fetch: (descriptor) => readFile(reader, paths.get(descriptor.digest), descriptor),
  };
}

/** A reader of files that were digested: what changed since then is refused as it is read. */
export function provedReader(reader: FileReader, files: readonly ApplicationFile[]): FileReader {
  const expected = new Map(files.flatMap((file) => (file.kind === "file" ? [[file.path, file] as const] : [])));
  return {
    open(path) {
      const file = expected.get(path);
      return file === undefined ? reader.open(path) : readFile(reader, path, file);
    },
  };
}

async function* readFile(reader: FileReader, path: string | undefined, descriptor: ExpectedContent): ByteStream {
  if (path === undefined) throw new VoxError("CONTENT_MISSING", `no file of the application is \`${descriptor.digest}\``);
  try {
    yield* verifying(reader.open(path), descriptor);
  } catch (cause) {
    if (!isVoxError(cause, "CONTENT_MISMATCH")) throw cause;
    throw new VoxError("FILE_CHANGED", `\`${path}\` changed while it was read`, { place: { file: path }, cause });
  }
}
