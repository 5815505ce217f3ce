import { posix } from "node:path";
import { editDistance } from "../../core/nearest-word.ts";
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
