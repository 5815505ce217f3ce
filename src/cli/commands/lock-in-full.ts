import { lockProject } from "../../ops/lock-project.ts";
import { rememberVerdict } from "../../ops/lock-verdict.ts";
import { tellStandings } from "../../ops/tell-standings.ts";
import { FileObserver } from "../../pm/manifest/observed-files.ts";
import type { CommandContext } from "../command-context.ts";
import { type LockOutcome, lockDocument } from "./lock-summary.ts";
import { openCommand } from "./project-command.ts";
import type { Recall } from "./recall.ts";

/** Locks, or checks the lock; a verdict that was asked for in vain is remembered for the next time. */
export async function lockInFull(context: CommandContext, recalled: Recall | undefined): Promise<LockOutcome> {
  const observer = new FileObserver();
  const { project, hold, ports } = await openCommand(context, "lock", observer);
  const result = await lockProject(project, hold, ports);
  // What was chosen a moment ago was chosen by the same rules.
  if (!result.changed) await tellStandings(project, result, hold, ports);
  if (recalled && !result.changed) {
    const { warnings, resolver } = project.workspace;
    const minAgeMs = resolver.minReleaseAgeMs;
    const verdict = { lockDigest: result.digest, packages: result.lock.packages.length, minAgeMs, warnings };
    await rememberVerdict(recalled.question, verdict, observer, recalled.runtime.notes);
  }
  return lockDocument(result);
}
