import type { GitRef } from "../manifest/requirement.ts";
import {
  formatCommit,
  type GitAccess,
  gitAskKey,
  type GitCommit,
  type GitSnapshot,
  type GitSources,
  isCommitId,
} from "./git-sources.ts";
import { RepositoryTree } from "./repository-tree.ts";

/** The repositories that one command reads: each ref is asked once, each commit opened once. */
export class GitSession implements AsyncDisposable {
  readonly #sources: GitSources;
  readonly #access: GitAccess;
  readonly #commits = new Map<string, Promise<string>>();
  readonly #snapshots = new Map<string, Promise<GitSnapshot>>();

  constructor(sources: GitSources, access: GitAccess) {
    this.#sources = sources;
    this.#access = access;
  }

  /** What a ref names now; see `GitSources.commitOf`. */
  commitOf(url: string, ref: GitRef): Promise<string> {
    if (ref.kind === "rev" && isCommitId(ref.name)) return Promise.resolve(ref.name);
    return remembered(this.#commits, gitAskKey(url, ref), () => this.#sources.commitOf(url, ref, this.#access));
  }

  /** The files of a commit; see `GitSources.snapshot`. */
  async tree(at: GitCommit): Promise<RepositoryTree> {
    const open = () => this.#sources.snapshot(at, this.#access);
    return new RepositoryTree(await remembered(this.#snapshots, formatCommit(at), open));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#snapshots.values());
    for (const snapshot of opened) if (snapshot.status === "fulfilled") await snapshot.value[Symbol.asyncDispose]();
  }
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const answer = known.get(key) ?? ask();
  known.set(key, answer);
  return answer;
}
