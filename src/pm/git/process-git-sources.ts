import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { MarkUsed } from "../../core/use-mark.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { parseGitUrl } from "../manifest/git-source.ts";
import type { GitRef } from "../manifest/requirement.ts";
import {
  commitArguments,
  fetchCommitArguments,
  fetchHistoryArguments,
  initArguments,
  listRefsArguments,
  listTreeArguments,
  nameSnapshotArguments,
  SNAPSHOT_REF,
} from "./git-arguments.ts";
import { gitFailure } from "./git-failure.ts";
import {
  formatCommit,
  type GitAccess,
  gitAskKey,
  type GitCommit,
  type GitSnapshot,
  type GitSources,
  isCommitId,
  refText,
} from "./git-sources.ts";
import { parseTree } from "./parse-tree.ts";
import { GitObjects } from "./process-git-objects.ts";
import { GitProgram } from "./process-git-program.ts";
import { commitInAnswer, isAbbreviation, refCandidates } from "./remote-refs.ts";

/** What refs were last seen to name, for use offline. */
export interface SeenRefs {
  fact(key: string): Promise<string | undefined>;
  keepFact(key: string, text: string): Promise<void>;
}

export interface GitSourcesOptions {
  readonly cacheDir: string;
  readonly seen: SeenRefs;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Notes that a repository is in use. */
  readonly markUsed?: MarkUsed;
}

const PARTIAL = /^\.[0-9a-f-]{36}\.partial$/;
/** What a killed process left is removed when it is so much older than a new one, in milliseconds. */
const ABANDONED_MS = 24 * 60 * 60 * 1000;

/**
 * Repositories through the git program. `<cache>/git/<sha256 of the URL>/` mirrors one: a bare repository for each commit that
 * was used, without history, fetched beside and renamed into place. One that is there is whole and is never written again.
 */
export class ProcessGitSources implements GitSources {
  readonly #root: string;
  readonly #seen: SeenRefs;
  readonly #git: GitProgram;
  readonly #markUsed: MarkUsed;

  constructor({ cacheDir, seen, env, signal, markUsed = () => true }: GitSourcesOptions) {
    this.#root = join(cacheDir, "git");
    this.#seen = seen;
    this.#git = new GitProgram(env, cacheDir, signal);
    this.#markUsed = markUsed;
  }

  async commitOf(url: string, ref: GitRef, { offline }: GitAccess): Promise<string> {
    parseGitUrl(url);
    const key = `git ${gitAskKey(url, ref).replaceAll("\n", " ")}`;
    if (offline) return (await this.#lastSeen(key)) ?? notSeen(url, `${refText(ref)} of \`${url}\``);
    const commit = (await this.#askedCommit(url, ref)) ?? (await this.#commitInHistory(url, ref));
    if (commit === undefined) throw new VoxError("GIT_REF_UNKNOWN", `\`${url}\` has no ${refText(ref)}`);
    await this.#seen.keepFact(key, commit);
    return commit;
  }

  async snapshot(at: GitCommit, { offline }: GitAccess): Promise<GitSnapshot> {
    parseGitUrl(at.url);
    const mirror = this.#mirror(at.url);
    const dir = join(mirror, at.commit);
    this.#markUsed(dir);
    if (!(await isThere(dir))) {
      if (offline) return notSeen(at.url, `\`${formatCommit(at)}\``);
      await this.#fetched(mirror, (fresh) => this.#fetchCommit(at, fresh), dir);
    }
    return this.#opened(at, dir);
  }

  async #lastSeen(key: string): Promise<string | undefined> {
    const commit = await this.#seen.fact(key);
    return commit !== undefined && isCommitId(commit) ? commit : undefined;
  }

  async #askedCommit(url: string, ref: GitRef): Promise<string | undefined> {
    await makeFolder(this.#root);
    const candidates = refCandidates(ref);
    const { failed, stdout, stderr } = await this.#git.run(listRefsArguments(url, candidates), this.#root);
    if (failed) throw gitFailure(url, stderr);
    return commitInAnswer(Buffer.from(stdout).toString("utf8"), candidates);
  }

  /** An abbreviated id means something only beside all others. */
  async #commitInHistory(url: string, ref: GitRef): Promise<string | undefined> {
    if (ref.kind !== "rev" || !isAbbreviation(ref)) return undefined;
    return this.#fetched(this.#mirror(url), async (fresh) => {
      await this.#must(url, inside(fetchHistoryArguments(url)), fresh);
      return this.#commitNamed(ref.name, fresh);
    });
  }

  /** By its id alone; a server that gives none by id is asked for everything, and the id proves what came. */
  async #fetchCommit({ url, commit }: GitCommit, dir: string): Promise<void> {
    const { failed, stderr } = await this.#git.run(inside(fetchCommitArguments(url, commit)), dir);
    if (failed) {
      const failure = gitFailure(url, stderr);
      if (failure.code !== "GIT_REF_UNKNOWN" && !/shallow/.test(stderr)) throw failure;
      await this.#must(url, inside(fetchHistoryArguments(url)), dir);
      if ((await this.#commitNamed(commit, dir)) === undefined) throw gone({ url, commit });
      await this.#must(url, inside(nameSnapshotArguments(commit)), dir);
    }
    if ((await this.#commitNamed(SNAPSHOT_REF, dir)) !== commit)
      throw new VoxError("GIT_REF_UNKNOWN", `\`${commit}\` of \`${url}\` is no commit`);
  }

  async #commitNamed(revision: string, dir: string): Promise<string | undefined> {
    const { failed, stdout } = await this.#git.run(inside(commitArguments(revision)), dir);
    const commit = Buffer.from(stdout).toString("utf8").trim();
    return !failed && isCommitId(commit) ? commit : undefined;
  }

  /** Fills a new repository beside; it gets its name when it is whole, or is thrown away. */
  async #fetched<T>(mirror: string, fill: (dir: string) => Promise<T>, target?: string): Promise<T> {
    await makeFolder(mirror);
    const fresh = join(mirror, `.${randomUUID()}.partial`);
    try {
      await this.#must(fresh, initArguments(fresh), mirror);
      await removeAbandoned(mirror, fresh);
      const result = await fill(fresh);
      if (target !== undefined) await install(fresh, target);
      return result;
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  }

  async #opened(at: GitCommit, dir: string): Promise<GitSnapshot> {
    const { failed, stdout, stderr } = await this.#git.run(inside(listTreeArguments(at.commit)), dir);
    if (failed) {
      await rm(dir, { recursive: true, force: true });
      throw new VoxError("CACHE_CORRUPT", `the cached files of \`${formatCommit(at)}\` are damaged`, { cause: stderr });
    }
    const objects = new GitObjects(() => this.#git.converse(inside(["cat-file", "--batch"]), dir));
    return {
      entries: parseTree(stdout),
      open: ({ object, sizeBytes }) => objects.open(object, sizeBytes),
      [Symbol.asyncDispose]: () => objects[Symbol.asyncDispose](),
    };
  }

  async #must(url: string, args: readonly string[], dir: string): Promise<void> {
    const { failed, stderr } = await this.#git.run(args, dir);
    if (failed) throw gitFailure(url, stderr);
  }

  #mirror(url: string): string {
    return join(this.#root, createHash("sha256").update(url).digest("hex"));
  }
}

/** The repository is the folder that git stands in, and no search finds another. */
const inside = (args: readonly string[]): readonly string[] => ["--git-dir=.", ...args];

function notSeen(url: string, what: string): never {
  throw new VoxError("OFFLINE_UNPROVABLE", `${what} is not in the cache`, {
    hint: `run the command once without \`--offline\`, where \`${url}\` can be reached`,
  });
}

const gone = (at: GitCommit): VoxError =>
  new VoxError("CONTENT_MISSING", `\`${formatCommit(at)}\` is no longer in its repository`, {
    hint: "run `vox update`, or ask the repository's owner",
  });

/** Another process may have been faster: what it fetched is the same. */
async function install(fresh: string, target: string): Promise<void> {
  try {
    await rename(fresh, target);
  } catch (cause) {
    if (!(await isThere(target))) throw new VoxError("CANNOT_WRITE", `\`${target}\` cannot be written`, { cause });
  }
}

async function removeAbandoned(mirror: string, fresh: string): Promise<void> {
  const nowMs = (await stat(fresh)).mtimeMs;
  for (const name of (await readdir(mirror)).filter((found) => PARTIAL.test(found))) {
    const found = await stat(join(mirror, name)).catch(() => undefined);
    if (found && nowMs - found.mtimeMs > ABANDONED_MS) await rm(join(mirror, name), { recursive: true, force: true });
  }
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    throw new VoxError("CANNOT_WRITE", `\`${dir}\` cannot be written`, { cause });
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
