/**
 * A set of versions of one package, as intervals over the positions of the package's versions in ascending order:
 * `[0, 3, 5, 6]` holds positions 0, 1, 2 and 5. Ascending, no two intervals touch, so equal sets are equal arrays.
 */
export type VersionSet = readonly number[];

export const EMPTY_SET: VersionSet = [];

/** The positions from `from` up to, and without, `to`. */
export const intervalSet = (from: number, to: number): VersionSet => (from < to ? [from, to] : EMPTY_SET);

export const singletonSet = (position: number): VersionSet => [position, position + 1];

export function setOf(positions: Iterable<number>): VersionSet {
  const bounds: number[] = [];
  for (const position of [...new Set(positions)].sort((left, right) => left - right)) {
    if (bounds.at(-1) === position) bounds[bounds.length - 1] = position + 1;
    else bounds.push(position, position + 1);
  }
  return bounds;
}

export const union = (left: VersionSet, right: VersionSet): VersionSet =>
  left.length === 0 ? right : right.length === 0 ? left : sweep(left, right, (inLeft, inRight) => inLeft || inRight);

export const intersection = (left: VersionSet, right: VersionSet): VersionSet =>
  left.length === 0 || right.length === 0 ? EMPTY_SET : sweep(left, right, (inLeft, inRight) => inLeft && inRight);

export const difference = (left: VersionSet, right: VersionSet): VersionSet =>
  left.length === 0 || right.length === 0 ? left : sweep(left, right, (inLeft, inRight) => inLeft && !inRight);

export const isSingleton = (set: VersionSet): boolean => set.length === 2 && at(set, 1) - at(set, 0) === 1;

export function contains(set: VersionSet, position: number): boolean {
  for (let index = 0; index < set.length; index += 2) {
    if (position < at(set, index)) return false;
    if (position < at(set, index + 1)) return true;
  }
  return false;
}

/** Whether all of `inner` is in `outer`. */
export function isSubset(inner: VersionSet, outer: VersionSet): boolean {
  let index = 0;
  for (let start = 0; start < inner.length; start += 2) {
    while (index < outer.length && at(outer, index + 1) < at(inner, start + 1)) index += 2;
    if (index >= outer.length || at(outer, index) > at(inner, start)) return false;
  }
  return true;
}

export function areDisjoint(left: VersionSet, right: VersionSet): boolean {
  let index = 0;
  for (let start = 0; start < left.length; start += 2) {
    while (index < right.length && at(right, index + 1) <= at(left, start)) index += 2;
    if (index < right.length && at(right, index) < at(left, start + 1)) return false;
  }
  return true;
}

export const areEqual = (left: VersionSet, right: VersionSet): boolean =>
  left.length === right.length && left.every((bound, index) => bound === right[index]);

/** The highest position, or `undefined` for the empty set. */
export const highest = (set: VersionSet): number | undefined => (set.length === 0 ? undefined : at(set, set.length - 1) - 1);

export function* positionsOf(set: VersionSet): Generator<number> {
  for (let index = 0; index < set.length; index += 2) {
    for (let position = at(set, index); position < at(set, index + 1); position += 1) yield position;
  }
}

/** Walks both lists of bounds at once and opens or closes an interval wherever `keep` changes its mind. */
function sweep(left: VersionSet, right: VersionSet, keep: (inLeft: boolean, inRight: boolean) => boolean): VersionSet {
  const bounds: number[] = [];
  let leftIndex = 0;
  let rightIndex = 0;
  let isOpen = false;
  while (leftIndex < left.length || rightIndex < right.length) {
    const leftBound = left[leftIndex] ?? Infinity;
    const rightBound = right[rightIndex] ?? Infinity;
    const bound = Math.min(leftBound, rightBound);
    if (leftBound === bound) leftIndex += 1;
    if (rightBound === bound) rightIndex += 1;
    if (keep(leftIndex % 2 === 1, rightIndex % 2 === 1) !== isOpen) {
      bounds.push(bound);
      isOpen = !isOpen;
    }
  }
  return bounds;
}

/** Bounds are read inside the array only; the fallback is for the compiler. */
const at = (set: VersionSet, index: number): number => set[index] ?? 0;
