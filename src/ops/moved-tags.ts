import { mapConcurrent } from "../core/concurrency.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { GitSession } from "../pm/git/git-session.ts";
import { refText, shortCommit } from "../pm/git/git-sources.ts";
import { type LockedRef, lockedRefs } from "../pm/git/locked-commits.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import type { RunPorts } from "./ports.ts";

const QUESTIONS_AT_ONCE = 4;

/** Says which locked tags now name another commit: a tag is not expected to move, and the lock does not follow it. */
export async function warnMovedTags(lock: Lockfile, session: GitSession, { onEvent }: RunPorts): Promise<void> {
  const tags = [...lockedRefs(lock).values()].filter(({ ref }) => ref.kind === "tag");
  const warnings = await mapConcurrent(tags, QUESTIONS_AT_ONCE, (tag) => warningFor(tag, session));
  for (const warning of warnings) if (warning) onEvent({ kind: "warning", ...warning });
}

async function warningFor({ url, ref, commit, names }: LockedRef, session: GitSession) {
  const what = `${refText(ref)} of \`${url}\``;
  try {
    const now = await session.commitOf(url, ref);
    if (now === commit) return undefined;
    const message = `${what} has moved: it names \`${shortCommit(now)}\` and is locked to \`${shortCommit(commit)}\``;
    return { code: "GIT_TAG_MOVED", message, hint: `ask its owner why; run \`vox update ${names[0]}\` to follow it` };
  } catch (error) {
    if (!isVoxError(error)) throw error;
    return { code: error.code, message: `${what} could not be asked where it points: ${error.message}` };
  }
}
