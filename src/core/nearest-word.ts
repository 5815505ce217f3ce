/** The candidate that is only a typing slip, or a few missing letters at the end, away from `word`: for "did you mean". */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const closest = closestWord(word, candidates);
  const limit = Math.min(Math.max(1, Math.floor(word.length / 3)), word.length - 1);
  return closest !== undefined && distanceFrom(word, closest) <= limit ? closest : undefined;
}

/** The candidate with the least distance from `word`, however far; `undefined` when there are none. */
export function closestWord(word: string, candidates: Iterable<string>): string | undefined {
  let closest: string | undefined;
  for (const candidate of candidates) {
    if (closest === undefined || distanceFrom(word, candidate) < distanceFrom(word, closest)) closest = candidate;
  }
  return closest;
}

/** A word that was broken off is one slip away. */
function distanceFrom(word: string, candidate: string): number {
  const [left, right] = [word.toLowerCase(), candidate.toLowerCase()];
  const distance = editDistance(left, right);
  return left.length >= 3 && right.startsWith(left) ? Math.min(distance, 1) : distance;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= left.length; row += 1) {
    const cells = [row];
    for (let column = 1; column <= right.length; column += 1) cells.push(cellOf(left, right, rows, cells, row, column));
    rows.push(cells);
  }
  return rows[left.length]?.[right.length] ?? 0;
}

function cellOf(
  left: string,
  right: string,
  rows: readonly number[][],
  cells: readonly number[],
  row: number,
  column: number,
): number {
  const at = (r: number, c: number): number => (r === row ? cells[c] : rows[r]?.[c]) ?? Infinity;
  const same = left[row - 1] === right[column - 1];
  const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
  return Math.min(
    at(row - 1, column) + 1,
    at(row, column - 1) + 1,
    at(row - 1, column - 1) + (same ? 0 : 1),
    swapped ? at(row - 2, column - 2) + 1 : Infinity,
  );
}
