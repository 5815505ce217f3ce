import { anySignal } from "../core/any-signal.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import { Gate } from "../core/gate.ts";
import type { PackageName } from "../core/package-name.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { VersionStanding } from "../pm/lockfile/judge-standings.ts";
import type { LockedPackage, Lockfile } from "../pm/lockfile/lockfile.ts";
import { gatedRepository } from "./gated-repository.ts";
import { IndexedRegistry } from "./indexed-registry.ts";
import { keepStandings, recallStandings, type StandingNote } from "./known-standings.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts, StandingPorts } from "./ports.ts";

const QUESTIONS_AT_ONCE = 16;
/** How long all questions together may take, in milliseconds: the lock is what was asked about, and it is fresh. */
const PATIENCE_MS = 10_000;
/** What a publisher may say of the reason for a yank, in characters. */
const MAX_REASON_LENGTH = 200;

type AskPorts = StandingPorts & Pick<RunPorts, "signal">;

/** The lock that is asked about, and whether the ages of its releases matter. */
export interface AskedLock {
  readonly lock: Lockfile;
  readonly digest: Digest;
  readonly ages: boolean;
  readonly nowMs: number;
}

/** What was learnt, and what kept the rest from being learnt. */
export interface LearntStandings {
  readonly note: StandingNote;
  readonly failure?: string;
}

/**
 * Asks the registries what they say of each locked version today: by their index where they have one, else by tags. What cannot be asked is left
 * as it was remembered. What was learnt is remembered.
 */
export async function askStandings(project: OpenProject, asked: AskedLock, ports: AskPorts): Promise<LearntStandings> {
  const signal = anySignal(ports.signal, ports.deadline(PATIENCE_MS));
  try {
    const standings = await standingsOf(project, asked, signal);
    return { note: await kept({ askedAtMs: asked.nowMs, complete: true, ages: asked.ages, standings }, asked, ports) };
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!isVoxError(error) && !signal.aborted) throw error;
    const before = await recallStandings(asked.digest, ports.notes);
    const remembered = { ages: before?.ages ?? false, standings: before?.standings ?? [] };
    const note = await kept({ askedAtMs: asked.nowMs, complete: false, ...remembered }, asked, ports);
    return { note, failure: isVoxError(error) ? error.message : "they take too long to answer" };
  }
}

/** A cache that cannot be written remembers nothing. */
async function kept(note: StandingNote, { digest }: AskedLock, { notes }: AskPorts): Promise<StandingNote> {
  try {
    await keepStandings(digest, note, notes);
  } catch (error) {
    if (!isVoxError(error, "CANNOT_WRITE")) throw error;
  }
  return note;
}

function standingsOf(project: OpenProject, { lock, ages }: AskedLock, signal: AbortSignal): Promise<VersionStanding[]> {
  const gate = new Gate(QUESTIONS_AT_ONCE);
  const opened = new Map<string, IndexedRegistry>();
  const open = (name: string): IndexedRegistry => {
    const repositoryFor = (packageName: PackageName) =>
      gatedRepository(project.registries.metadata(name, packageName, { offline: false }), gate);
    const registry = opened.get(name) ?? new IndexedRegistry({ name, repositoryFor, signal, onEvent: () => undefined });
    opened.set(name, registry);
    return registry;
  };
  return mapConcurrent(lock.packages.flatMap(releaseOf), QUESTIONS_AT_ONCE, async ({ registry, name, version }) => {
    const { yank, created } = await open(registry).standing(name, version, { withCreated: ages });
    const reason = yank.reason
      ?.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
      .trim()
      .slice(0, MAX_REASON_LENGTH);
    return {
      registry,
      name,
      version,
      yanked: yank.yanked,
      ...(reason && { reason }),
      ...(created !== undefined && { created }),
    };
  });
}

const releaseOf = ({ name, version, source }: LockedPackage) =>
  source.kind === "registry" && version !== undefined ? [{ registry: source.registry, name, version }] : [];
