/** A checkout of vox itself, as the gates read and write it. Paths are relative and `/`-separated. */
export interface Checkout {
  /** The texts of the files, and of all files below the folders; what is not there has none, and what was installed or built is passed over. */
  readTexts(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The paths of the same, without looking into any. */
  list(paths: readonly string[]): Promise<readonly string[]>;
  write(path: string, text: string): Promise<void>;
}
