/** What loading a workspace needs of a file system; paths are `/`-separated and relative to one base folder, `..` allowed. */
export interface ProjectFiles {
  /**
   * The text of a file; `undefined` when there is none.
   * @throws {VoxError} FILE_UNREADABLE when it is no regular file, not UTF-8, or may not be read
   */
  readText(path: string): Promise<string | undefined>;
  /** Names of the real folders in a folder, sorted; links are left out, so that no walk goes round. Empty when there is no such folder. */
  listFolders(path: string): Promise<readonly string[]>;
  /**
   * What a folder is when all links are followed: equal for two paths of one folder; `undefined` when there is none.
   * @throws {VoxError} FILE_UNREADABLE for a link that leads to itself
   */
  realFolder(path: string): Promise<string | undefined>;
}

/** What editing commands and the lock need beside reading. */
export interface ProjectWriter {
  /**
   * Writes a file whole or not at all; an existing file keeps its mode.
   * @throws {VoxError} CANNOT_WRITE
   */
  writeAtomic(path: string, text: string): Promise<void>;
}
