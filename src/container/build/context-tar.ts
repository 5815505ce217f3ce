import { writeCanonicalTar } from "../../archive/canonical-tar.ts";
import { fileEntry, fileOfBytes, linkEntry, type TarEntry } from "../../archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../archive/tar-tree.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { ApplicationFile } from "../../project/materialized-project.ts";

export interface BuildContext {
  readonly dockerfile: { readonly path: string; readonly text: string };
  readonly files: readonly ApplicationFile[];
}

/** A build's context as the engine takes it: a stream, of files that are read as it goes. */
export function contextTar({ dockerfile, files }: BuildContext, content: ContentReader, options: TransferOptions): ByteStream {
  const own = fileEntry(dockerfile.path, fileOfBytes(dockerfile.path, Buffer.from(dockerfile.text)));
  const entries = files.map((file) => contextEntry(file, content, options));
  return writeCanonicalTar(inArchiveOrder(withParents([own, ...entries], { above: "" })));
}

function contextEntry(file: ApplicationFile, content: ContentReader, options: TransferOptions): TarEntry {
  if (file.kind === "symlink") return linkEntry(file.path, file.target);
  const { path, digest, size, mode } = file;
  const open = (): ByteStream => content.fetch({ mediaType: "application/octet-stream", digest, size }, options);
  return fileEntry(path, { kind: "file", path, executable: mode === 0o755, sizeBytes: size, open });
}
