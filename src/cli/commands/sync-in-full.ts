import { rememberVerdict } from "../../ops/lock-verdict.ts";
import { syncProject, type SyncResult, type SyncWish } from "../../ops/sync-project.ts";
import { tellStandings } from "../../ops/tell-standings.ts";
import { FileObserver } from "../../pm/manifest/observed-files.ts";
import type { CommandContext } from "../command-context.ts";
import { membersOf, openCommand } from "./project-command.ts";
import type { Recall } from "./recall.ts";

/** Syncs, and remembers the verdict on the lock for the next time. */
export async function syncInFull(context: CommandContext, wish: SyncWish, { question, runtime }: Recall): Promise<SyncResult> {
  const observer = new FileObserver();
  const command = await openCommand(context, "sync", observer);
  const { project, hold, ports } = command;
  const { counts, lock, closures } = await syncProject(project, { hold, members: membersOf(command), ...wish }, ports);
  if (hold.mode !== "default") await tellStandings(project, lock, hold, ports);
  if (!lock.changed && closures) {
    const { warnings, resolver } = project.workspace;
    const minAgeMs = resolver.minReleaseAgeMs;
    const verdict = { lockDigest: lock.digest, packages: lock.lock.packages.length, minAgeMs, warnings, closures };
    await rememberVerdict(question, verdict, observer, runtime.notes);
  }
  return counts;
}
