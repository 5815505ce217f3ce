import type { Digest } from "../../core/digest.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { DeploymentRecord, DeploymentResult } from "./record.ts";

/** A record that lies in a repository. */
export interface StoredRecord {
  readonly digest: Digest;
  readonly record: DeploymentRecord;
}

/** Records of one environment that follow the same record: two people began at once. */
export interface Fork {
  /** Absent where the first record of all is not the only one. */
  readonly previous?: Digest;
  readonly records: readonly StoredRecord[];
}

/** One deployment as people count them: its start and its end are one. */
export interface Deployment {
  readonly sequence: number;
  /** The record that says how it stands. */
  readonly last: StoredRecord;
  readonly result: DeploymentResult | "interrupted";
}

/**
 * The record that the next one follows: of those that nothing follows, the newest that did not yield. Sequences decide and never
 * clocks; a tie, which is a fork, goes to the smaller digest, so that everyone names the same one.
 */
export function headOf(records: readonly StoredRecord[]): StoredRecord | undefined {
  const followed = new Set(records.map(({ record }) => record.previous));
  const leaves = records.filter(({ digest }) => !followed.has(digest));
  const standing = leaves.filter(({ record }) => record.result !== "yielded");
  return newestFirst(standing.length > 0 ? standing : leaves)[0];
}

/** Places where the history goes two ways. */
export function forksOf(records: readonly StoredRecord[]): readonly Fork[] {
  const byPrevious = new Map<Digest | undefined, StoredRecord[]>();
  for (const stored of records) {
    const group = byPrevious.get(stored.record.previous);
    if (group) group.push(stored);
    else byPrevious.set(stored.record.previous, [stored]);
  }
  return [...byPrevious]
    .filter(([, followers]) => followers.length > 1)
    .map(([previous, followers]) => ({ ...(previous && { previous }), records: newestFirst(followers) }));
}

/** Every deployment, newest first: a start and its end are one, and a start that the next deployment follows was cut off. */
export function deploymentsOf(records: readonly StoredRecord[]): readonly Deployment[] {
  const followers = new Map<Digest | undefined, StoredRecord[]>();
  for (const stored of records)
    followers.set(stored.record.previous, [...(followers.get(stored.record.previous) ?? []), stored]);
  return newestFirst(records).flatMap((last): Deployment[] => {
    const { sequence, result } = last.record;
    const after = followers.get(last.digest) ?? [];
    if (result !== "started" || after.length === 0) return [{ sequence, last, result }];
    return after.some(({ record }) => record.sequence === sequence) ? [] : [{ sequence, last, result: "interrupted" }];
  });
}

/** The deployment whose image should run now: the last that succeeded. */
export const currentDeployment = (deployments: readonly Deployment[]): Deployment | undefined =>
  deployments.find(({ result }) => result === "succeeded");

/** Whether what was deployed last ended well, or was put back: whatever was cut off, or could not be put back, may run in part. */
export const isSettled = (deployments: readonly Deployment[]): boolean => {
  const last = deployments.find(({ result }) => result !== "yielded");
  return last === undefined || last.result === "succeeded" || last.result === "rolled-back";
};

export const nextSequence = (head: StoredRecord | undefined): number => (head?.record.sequence ?? 0) + 1;

const newestFirst = (records: readonly StoredRecord[]): readonly StoredRecord[] =>
  sortedByUtf8(records, ({ digest }) => digest).sort((left, right) => right.record.sequence - left.record.sequence);
