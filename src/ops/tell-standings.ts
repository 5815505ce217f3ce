import { judgeStandings, type LockFinding } from "../pm/lockfile/judge-standings.ts";
import { ageRule } from "./age-rule.ts";
import { knownFindings, warnOfFindings } from "./known-standings.ts";
import type { LockHold } from "./lock-hold.ts";
import type { LockResult } from "./lock-project.ts";
import type { OpenProject } from "./open-project.ts";
import type { ImagePorts, RunPorts, StandingPorts } from "./ports.ts";

export type TellPorts = StandingPorts & Pick<ImagePorts, "now"> & RunPorts;

/**
 * What is wrong with locked versions today, yanked or too young, though the lock is fresh: a report, never a failure. Registries are asked at
 * most once an hour for a lock, and never where it is frozen or offline.
 */
export async function lockFindings(
  project: OpenProject,
  { lock, digest }: Pick<LockResult, "lock" | "digest">,
  hold: LockHold,
  ports: TellPorts,
): Promise<readonly LockFinding[]> {
  const nowMs = Date.parse(ports.now());
  const question = { lockDigest: digest, minAgeMs: project.workspace.resolver.minReleaseAgeMs };
  const known = await knownFindings(question, hold, { notes: ports.notes, nowMs: () => nowMs });
  if (known) return known;
  const { askStandings } = await import("./ask-standings.ts");
  const age = ageRule(project.workspace, ports);
  const { note, failure } = await askStandings(project, { lock, digest, ages: age !== undefined, nowMs }, ports);
  if (failure !== undefined && hold.mode !== "default") {
    const message = `the registries could not be asked whether locked versions were yanked: ${failure}`;
    ports.onEvent({ kind: "warning", code: "REGISTRY_UNAVAILABLE", message });
  }
  return judgeStandings(note.standings, note.ages ? age : undefined);
}

/** Tells them as warnings. */
export async function tellStandings(...of: Parameters<typeof lockFindings>): Promise<void> {
  const [, , , ports] = of;
  warnOfFindings(await lockFindings(...of), ports.onEvent);
}
