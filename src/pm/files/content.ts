import type { ContentFile, ContentLink } from "../../archive/tar-entry.ts";
import { Digester } from "../../core/digest.ts";
import { mapConcurrent } from "../../core/concurrency.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ApplicationFile } from "../../project/materialized-project.ts";
import type { SelectedFile } from "./list-project-files.ts";
import type { FileReader } from "./project-folder.ts";

const READS = 8;

/**
 * The selected files with the digests of their content, as the handoff holds them.
 * @throws {VoxError} FILE_CHANGED, FILE_UNREADABLE
 */
export const digestFiles = (reader: FileReader, files: readonly SelectedFile[]): Promise<readonly ApplicationFile[]> =>
  mapConcurrent(files, READS, (file) => digestFile(reader, file));

async function digestFile(reader: FileReader, file: SelectedFile): Promise<ApplicationFile> {
  if (file.kind === "symlink") return file;
  const digester = new Digester();
  for await (const chunk of reader.open(file.path)) digester.update(chunk);
  if (digester.sizeBytes !== file.sizeBytes) throw new VoxError("FILE_CHANGED", `\`${file.path}\` changed while it was read`);
  return {
    kind: "file",
    path: file.path,
    digest: digester.digest(),
    size: file.sizeBytes,
    mode: file.executable ? 0o755 : 0o644,
  };
}

/** Those that carry a setuid or setgid bit on disk. */
export const setIdPaths = (files: readonly SelectedFile[]): readonly string[] =>
  files.flatMap((file) => (file.kind === "file" && file.setId === true ? [file.path] : []));

/**
 * The selected files as a package's content, for `packageEntries`.
 * @throws {VoxError} FILE_KIND for a link
 */
export const packageContent = (reader: FileReader, files: readonly SelectedFile[]): readonly ContentFile[] =>
  applicationContent(reader, files).map((file) => {
    if (file.kind === "file") return file;
    throw new VoxError("FILE_KIND", `\`${file.path}\` is a link, and a package holds none`);
  });

/** The selected files and links as an application's content, for `applicationEntries`. */
export const applicationContent = (
  reader: FileReader,
  files: readonly SelectedFile[],
): readonly (ContentFile | ContentLink)[] =>
  files.map((file) => (file.kind === "symlink" ? file : { ...file, open: () => reader.open(file.path) }));
