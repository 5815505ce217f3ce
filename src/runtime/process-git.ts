import { execFile } from "node:child_process";
import type { EventSink } from "../core/events.ts";
import type { SourceRevision, VersionControl } from "../ops/source-revision.ts";

const OUTSIDE_GIT: SourceRevision = { dirty: true, untracked: [] };

/** Asks the git program; where there is none, or no repository, the folder is outside git. A repository that git refuses to read is told. */
export function processGit(onEvent: EventSink, signal?: AbortSignal): VersionControl {
  return {
    async describe(folder) {
      const answer = await git(["rev-parse", "--show-prefix", "HEAD"]);
      if (answer === undefined) return OUTSIDE_GIT;
      const [prefix = "", revision = ""] = answer.split("\n");
      const status = await git(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--", "."]);
      const entries = (status ?? "").split("\0").filter((entry) => entry !== "");
      const untracked = entries.filter((entry) => entry.startsWith("?? ")).map((entry) => entry.slice(3 + prefix.length));
      return { revision, dirty: entries.length > untracked.length, untracked };

      function git(args: readonly string[]): Promise<string | undefined> {
        const options = {
          cwd: folder,
          env: { ...process.env, ...QUIET },
          maxBuffer: MAX_ANSWER_BYTES,
          ...(signal && { signal }),
        };
        return new Promise((resolve) => {
          execFile("git", [...HARMLESS, ...args], options, (error, stdout, stderr) => {
            if (error) warnOfRefusal(stderr, onEvent);
            resolve(error ? undefined : stdout);
          });
        });
      }
    },
  };
}

/** git reads no repository of another user's unless it is told to trust it: silently, its commit and its untracked files would be missing. */
function warnOfRefusal(stderr: string, onEvent: EventSink): void {
  const folder = /dubious ownership in repository at '(.+)'/.exec(stderr)?.[1];
  if (folder === undefined) return;
  onEvent({
    kind: "warning",
    code: "GIT_DENIED",
    message: `git does not read \`${folder}\`, which belongs to another user, so that it counts as outside git`,
    hint: `if you trust it, run \`git config --global --add safe.directory ${folder}\``,
  });
}

/** A repository's own configuration must not make git run anything. */
const HARMLESS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

const QUIET = { GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };

/** The names of all files that git does not track. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
