import { counted } from "../../core/counted.ts";
import type { LockResult } from "../../ops/lock-project.ts";
import type { LockVerdict } from "../../ops/lock-verdict.ts";
import type { LockChange, LockDiff } from "../../pm/lockfile/diff-locks.ts";

/** What became of a lock: the document of `lock`, and a part of other documents. */
export interface LockOutcome {
  readonly lockDigest: string;
  readonly changed: boolean;
  readonly diff: LockDiff;
  readonly packages: number;
}

export const lockDocument = ({ lock, digest, changed, diff }: LockResult): LockOutcome => ({
  lockDigest: digest,
  changed,
  diff,
  packages: lock.packages.length,
});

/** Of a lock that an earlier run found fresh. */
export const unchangedOutcome = ({ lockDigest, packages }: LockVerdict): LockOutcome => ({
  lockDigest,
  changed: false,
  diff: { added: [], removed: [], changed: [] },
  packages,
});

/** What became of the lock, for people. */
export function lockSummary({ packages, changed, diff }: LockOutcome): string {
  const count = counted(packages, "package");
  return changed ? [`wrote vox.lock: ${count}`, ...diffLines(diff), ""].join("\n") : `vox.lock is up to date: ${count}\n`;
}

const diffLines = (diff: LockDiff): string[] => [
  ...diff.added.map((change) => `  + ${change.name} ${shown(change.to)}`),
  ...diff.removed.map((change) => `  - ${change.name} ${shown(change.from)}`),
  ...diff.changed.map(changedLine),
];

const changedLine = ({ name, from, to }: LockChange): string => `  ~ ${name} ${shown(from)} → ${shown(to)}`;

/** A digest by its first digits. */
export const shown = (value: string | undefined): string => (value ?? "").replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1");
