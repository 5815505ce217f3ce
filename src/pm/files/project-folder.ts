import type { ByteStream } from "../../core/byte-stream.ts";

/** One name in a folder, as it lies there: a link is a link, wherever it leads. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "other";
}

export type FileFacts =
  | { readonly kind: "file"; readonly executable: boolean; readonly sizeBytes: number; readonly setId?: true }
  | { readonly kind: "symlink"; readonly target: string }
  | { readonly kind: "other"; readonly what: string };

/** A project's folder as selection sees it. Paths are relative to it, with `/`; `""` is the folder itself. */
export interface ProjectFolder {
  /** @throws {VoxError} FILE_UNREADABLE, ARCHIVE_PATH for a name that is not UTF-8 */
  list(folder: string): Promise<readonly FolderEntry[]>;
  /**
   * What a path is now, without following a link.
   * @throws {VoxError} FILE_UNREADABLE
   */
  inspect(path: string): Promise<FileFacts>;
  /** A rules file's text; `undefined` when there is none. */
  readRules(path: string): Promise<string | undefined>;
}

/** Reads a project's files. */
export interface FileReader {
  /**
   * The file's bytes; the stream fails at its end when the file changed meanwhile.
   * @throws {VoxError} FILE_UNREADABLE, FILE_CHANGED, FILE_KIND when it is no regular file
   */
  open(path: string): ByteStream;
}
