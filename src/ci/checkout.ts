/** A checkout of vox itself, as the gates read and write it. Paths are relative and `/`-separated. */
export interface Checkout {
  /** The texts of all files below the folders; a folder that is not there has none. */
  readTexts(folders: readonly string[]): Promise<ReadonlyMap<string, string>>;
  write(path: string, text: string): Promise<void>;
}
