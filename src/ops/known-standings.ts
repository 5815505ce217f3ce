import type { Digest } from "../core/digest.ts";
import type { EventSink } from "../core/events.ts";
import { judgeStandings, type LockFinding, type VersionStanding } from "../pm/lockfile/judge-standings.ts";
import type { LockHold } from "./lock-hold.ts";
import type { VerdictNotes } from "./lock-verdict.ts";

/*
 * What registries say of locked versions is remembered by the lock's digest and asked again after an hour, so that a check with nothing to do
 * asks nobody. This file is on its way: it loads nothing of registries.
 */

/** A lock, and the age that its releases should have; 0 where none is asked for. */
export interface StandingQuestion {
  readonly lockDigest: Digest;
  readonly minAgeMs: number;
}

/** What registries said of a lock's versions. */
export interface StandingNote {
  readonly askedAtMs: number;
  /** Whether all could be asked; if not, they are asked again sooner. */
  readonly complete: boolean;
  /** Whether ages were asked for: without a rule they are not. */
  readonly ages: boolean;
  readonly standings: readonly VersionStanding[];
}

export interface StandingMemory {
  readonly notes: VerdictNotes;
  nowMs(): number;
}

const HOUR_MS = 3_600_000;
const AFTER_FAILURE_MS = 300_000;
const FORMAT = 1;

const keyOf = (lockDigest: Digest): string => `lock-standings ${lockDigest}`;

/** What is to be said of a lock from what is remembered; `undefined` when the registries may be asked and it is time to. */
export async function knownFindings(
  { lockDigest, minAgeMs }: StandingQuestion,
  hold: LockHold,
  { notes, nowMs }: StandingMemory,
): Promise<readonly LockFinding[] | undefined> {
  const note = await recallStandings(lockDigest, notes);
  const mayAsk = hold.mode !== "frozen" && !hold.offline;
  const age = minAgeMs > 0 ? { minAgeMs, nowMs: nowMs() } : undefined;
  if (mayAsk && (!note || isDue(note, nowMs()) || (age && !note.ages))) return undefined;
  return judgeStandings(note?.standings ?? [], note?.ages ? age : undefined);
}

/** A note from the future is one of another clock. */
const isDue = ({ askedAtMs, complete }: StandingNote, nowMs: number): boolean =>
  askedAtMs > nowMs || nowMs - askedAtMs >= (complete ? HOUR_MS : AFTER_FAILURE_MS);

export async function recallStandings(lockDigest: Digest, notes: VerdictNotes): Promise<StandingNote | undefined> {
  const text = await notes.fact(keyOf(lockDigest));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isNote(value) ? value : undefined;
  } catch {
    // Half a note is none.
    return undefined;
  }
}

export const keepStandings = (lockDigest: Digest, note: StandingNote, notes: VerdictNotes): Promise<void> =>
  notes.keepFact(keyOf(lockDigest), JSON.stringify({ format: FORMAT, ...note }));

/** Only vox writes these, whole or not at all: the format tells whether this version did. */
const isNote = (value: unknown): value is StandingNote =>
  typeof value === "object" && value !== null && "format" in value && value.format === FORMAT;

/** Tells each finding as a warning. */
export function warnOfFindings(findings: readonly LockFinding[], onEvent: EventSink): void {
  for (const finding of findings) {
    const code = finding.kind === "yanked" ? "VERSION_YANKED" : "VERSION_YOUNG";
    onEvent({
      kind: "warning",
      code,
      message: messageOf(finding),
      hint: `run \`vox update ${finding.name}\` to lock another version`,
    });
  }
}

function messageOf(finding: LockFinding): string {
  const subject = `\`${finding.name}\` ${finding.version} is locked and`;
  if (finding.kind === "yanked") return `${subject} was yanked${finding.reason === undefined ? "" : `: ${finding.reason}`}`;
  return finding.from === undefined
    ? `${subject} does not say when it was published, as \`min-release-age\` needs`
    : `${subject} is younger than \`min-release-age\` until ${finding.from}`;
}
