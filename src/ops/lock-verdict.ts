import { canonicalJson } from "../core/canonical-json.ts";
import { type Digest, digestOf } from "../core/digest.ts";
import type { Platform } from "../core/platform.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { ManifestWarning } from "../pm/manifest/manifest-warning.ts";
import { type FileObserver, type Observation, stillHold } from "../pm/manifest/observed-files.ts";
import type { ProjectFiles } from "../pm/manifest/project-files.ts";
import type { ArchivedPackage } from "../pm/materialize/closure.ts";

/*
 * That a lock is fresh follows from files alone. So the verdict is remembered with everything that was read for it, and holds
 * while the files answer the same: a command with nothing to do reads them again, and parses, resolves and loads nothing.
 */

/** What was found out about a fresh lock. */
export interface LockVerdict {
  /** sha256 of vox.lock's bytes. */
  readonly lockDigest: Digest;
  readonly packages: number;
  /** `[resolver] min-release-age`; 0 where it is not set. */
  readonly minAgeMs: number;
  /** What the manifests are warned of, each time. */
  readonly warnings: readonly Pick<ManifestWarning, "code" | "message" | "hint">[];
  /** What `sync` links; absent where a folder or a commit has to be packed to know it. */
  readonly closures?: readonly MemberClosure[];
}

/** The packages of one member, as the lock names them. */
export interface MemberClosure {
  /** Absolute; the folder that gets `.vox_modules`. */
  readonly projectDir: string;
  readonly packages: readonly ArchivedPackage[];
}

/** All that decides a verdict beside the files. */
export interface VerdictQuestion {
  readonly command: "lock" | "sync";
  readonly voxVersion: string;
  /** Absolute; the folder that the command stands in. */
  readonly folder: string;
  readonly packageName: string | undefined;
  readonly prod: boolean;
  readonly platform: Platform;
  /** Variables that a whole run reads and may refuse. */
  readonly variables: readonly (string | undefined)[];
}

/** Where verdicts are kept: a note that is lost or spoilt costs the time to find out again. */
export interface VerdictNotes {
  fact(key: string): Promise<string | undefined>;
  keepFact(key: string, text: string): Promise<void>;
}

export interface VerdictPorts {
  readonly notes: VerdictNotes;
  /** Files by absolute path. */
  readonly files: ProjectFiles;
}

/** Raised when a verdict comes to mean something else. */
const VERDICT_FORMAT = 2;

interface Remembered {
  readonly format: number;
  readonly verdict: LockVerdict;
  readonly observations: readonly Observation[];
}

/** The verdict of an earlier run, if all that it was made of is as it was. */
export async function recallVerdict(question: VerdictQuestion, ports: VerdictPorts): Promise<LockVerdict | undefined> {
  const text = await ports.notes.fact(noteKey(question));
  const remembered = text === undefined ? undefined : parseRemembered(text);
  if (!remembered) return undefined;
  try {
    return (await stillHold(ports.files, remembered.observations)) ? remembered.verdict : undefined;
  } catch (error) {
    // A file that cannot be read is for the whole run to complain of.
    if (isVoxError(error)) return undefined;
    throw error;
  }
}

/** Keeps a verdict for the next run; a cache that cannot be written keeps nothing. */
export async function rememberVerdict(
  question: VerdictQuestion,
  verdict: LockVerdict,
  observer: FileObserver,
  notes: VerdictNotes,
): Promise<void> {
  const { observations } = observer;
  if (!observations) return;
  const remembered: Remembered = { format: VERDICT_FORMAT, verdict, observations };
  try {
    await notes.keepFact(noteKey(question), JSON.stringify(remembered));
  } catch (error) {
    if (!isVoxError(error, "CANNOT_WRITE")) throw error;
  }
}

const noteKey = (question: VerdictQuestion): string =>
  `lock-verdict ${digestOf(canonicalJson({ ...question, variables: question.variables.map((value) => value ?? null) }))}`;

function parseRemembered(text: string): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRemembered(value) ? value : undefined;
  } catch {
    // Half a note is none.
    return undefined;
  }
}

/** Only vox writes these, whole or not at all: the format tells whether this version did. */
const isRemembered = (value: unknown): value is Remembered =>
  typeof value === "object" && value !== null && "format" in value && value.format === VERDICT_FORMAT;
