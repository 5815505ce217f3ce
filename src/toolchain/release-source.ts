/** Where a release's files are. */
export interface ReleaseSource {
  /** For people: the address or the folder. */
  readonly place: string;
  /**
   * A small file.
   * @throws {VoxError} RELEASE_UNAVAILABLE
   */
  readText(name: string): Promise<string>;
  /**
   * Copies a file to a path of this machine, proved by nobody yet.
   * @throws {VoxError} RELEASE_UNAVAILABLE, CANNOT_WRITE
   */
  copyTo(name: string, path: string): Promise<void>;
}
