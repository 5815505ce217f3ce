import type { LockChange, LockDiff } from "../../pm/lockfile/diff-locks.ts";
import type { LockResult } from "../../ops/lock-project.ts";

/** The document of `lock`, and the part of other documents that tells what became of the lock. */
export const lockDocument = ({ lock, digest, changed, diff }: LockResult) => ({
  lockDigest: digest,
  changed,
  diff,
  packages: lock.packages.length,
});

/** What became of the lock, for people. */
export function lockSummary({ lock, changed, diff }: LockResult): string {
  const count = `${lock.packages.length} ${lock.packages.length === 1 ? "package" : "packages"}`;
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
