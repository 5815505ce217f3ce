/** What version control says of a project's folder. */
export interface SourceRevision {
  /** The commit, 40 hex; absent outside git. */
  readonly revision?: string;
  /** Whether tracked files differ from that commit; true where there is none. */
  readonly dirty: boolean;
  /** Files below the folder that git does not track and does not ignore; empty outside git. */
  readonly untracked: readonly string[];
}

export interface VersionControl {
  describe(folder: string): Promise<SourceRevision>;
}
