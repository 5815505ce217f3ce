import { posix } from "node:path";
import { compareUtf8 } from "../../core/text-order.ts";

const MAX_MATCHES = 3;

/** Up to three candidates that a person may have meant: the same file name elsewhere, or few letters away. Nearest first. */
export function nearMatches(wanted: string, candidates: readonly string[]): string[] {
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return candidates
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((left, right) => left.distance - right.distance || compareUtf8(left.candidate, right.candidate))
    .slice(0, MAX_MATCHES)
    .map(({ candidate }) => candidate);
}

function distanceOf(wanted: string, candidate: string, limit: number): number {
  if (posix.basename(wanted) === posix.basename(candidate)) return 1;
  return Math.abs(wanted.length - candidate.length) > limit ? Infinity : editDistance(wanted, candidate);
}

/** Levenshtein's distance: letters to insert, drop or replace. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === right[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
