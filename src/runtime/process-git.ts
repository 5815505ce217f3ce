import { execa } from "execa";
import type { SourceRevision, VersionControl } from "../ops/source-revision.ts";

const OUTSIDE_GIT: SourceRevision = { dirty: true, untracked: [] };

/** Asks the git program; where there is none, or no repository, the folder is outside git. */
export function processGit(signal?: AbortSignal): VersionControl {
  return {
    async describe(folder) {
      const answer = await git(["rev-parse", "--show-prefix", "HEAD"]);
      if (answer === undefined) return OUTSIDE_GIT;
      const [prefix = "", revision = ""] = answer.split("\n");
      const status = await git(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--", "."]);
      const entries = (status ?? "").split("\0").filter((entry) => entry !== "");
      const untracked = entries.filter((entry) => entry.startsWith("?? ")).map((entry) => entry.slice(3 + prefix.length));
      return { revision, dirty: entries.length > untracked.length, untracked };

      async function git(args: readonly string[]): Promise<string | undefined> {
        const result = await execa("git", [...HARMLESS, ...args], {
          ...QUIET,
          cwd: folder,
          ...(signal ? { cancelSignal: signal } : {}),
        });
        return result.failed ? undefined : result.stdout;
      }
    },
  };
}

/** A repository's own configuration must not make git run anything. */
const HARMLESS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

const QUIET = {
  reject: false,
  stdin: "ignore",
  env: { GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
  stripFinalNewline: false,
} as const;
