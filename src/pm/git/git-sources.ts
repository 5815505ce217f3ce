import type { ByteStream } from "../../core/byte-stream.ts";
import type { GitRef } from "../manifest/requirement.ts";

/** One commit of one repository, as vox.lock names it. */
export interface GitCommit {
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
}

/** One path of a commit's tree; a submodule is only a name here. */
export interface TreeEntry {
  /** From the repository's top, with `/`. */
  readonly path: string;
  readonly kind: "file" | "symlink" | "submodule";
  readonly executable: boolean;
  /** 40 hex digits. */
  readonly object: string;
  readonly sizeBytes: number;
}

/** The files of one commit as git stores them: no filter, hook or attribute has touched them. */
export interface GitSnapshot extends AsyncDisposable {
  readonly entries: readonly TreeEntry[];
  /** @throws {VoxError} CACHE_CORRUPT */
  open(entry: TreeEntry): ByteStream;
}

export interface GitAccess {
  /** Whether only what this machine has seen before may be asked. */
  readonly offline: boolean;
}

/** Repositories of others; `src/pm/git/process-git-sources.ts` asks the git program. */
export interface GitSources {
  /**
   * The commit that a branch, tag or revision names now; offline, the one that it was last seen to name.
   * @throws {VoxError} GIT_REF_UNKNOWN, GIT_UNAVAILABLE, GIT_DENIED, GIT_REFUSED, GIT_MISSING, OFFLINE_UNPROVABLE
   */
  commitOf(url: string, ref: GitRef, access: GitAccess): Promise<string>;
  /**
   * The files of a commit, fetched by its id unless they are there.
   * @throws {VoxError} as `commitOf`, and ARCHIVE_PATH for names that are not UTF-8
   */
  snapshot(at: GitCommit, access: GitAccess): Promise<GitSnapshot>;
}

export const formatCommit = ({ url, commit }: GitCommit): string => `${url}#${commit}`;

/** The same for people, who compare twelve digits at most. */
export const shortCommit = (commit: string): string => commit.slice(0, 12);

const FULL_ID = /^[0-9a-f]{40}$/;

export const isCommitId = (text: string): boolean => FULL_ID.test(text);

/** A ref in words: "tag `v1`". */
export const refText = (ref: GitRef): string => (ref.kind === "default" ? "the default branch" : `${ref.kind} \`${ref.name}\``);

/** A text that two wishes for the same ref of the same repository share. */
export const gitAskKey = (url: string, ref: GitRef): string =>
  [url, ref.kind, ref.kind === "default" ? "" : ref.name].join("\n");
