import { compareUtf8 } from "../../core/text-order.ts";
import type { StoredRecord } from "./chain.ts";

/** What to do after a start was written and the records were read again. */
export type ClaimVerdict =
  | { readonly kind: "won" }
  /** Somebody else began at the same moment and has not said yet whether they yield. */
  | { readonly kind: "wait"; readonly rival: StoredRecord }
  | { readonly kind: "lost"; readonly rival: StoredRecord };

/**
 * Registries have no lock, so everyone writes first and reads then: of two who begin at once, at least one sees the other. Whoever
 * sees nobody goes on. Of those who see each other the smallest digest waits for the others to yield, and the others yield; so at
 * most one goes on, and when all are alive, one does.
 */
export function judgeClaim(mine: StoredRecord, records: readonly StoredRecord[]): ClaimVerdict {
  const yielded = new Set(records.filter(({ record }) => record.result === "yielded").map(({ record }) => record.previous));
  const rivals = records.filter(
    ({ digest, record }) => digest !== mine.digest && record.previous === mine.record.previous && !yielded.has(digest),
  );
  const [rival] = rivals.sort((left, right) => compareUtf8(left.digest, right.digest));
  if (rival === undefined) return { kind: "won" };
  return compareUtf8(mine.digest, rival.digest) < 0 ? { kind: "wait", rival } : { kind: "lost", rival };
}
