import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  areDisjoint,
  areEqual,
  contains,
  difference,
  highest,
  intersection,
  intervalSet,
  isSingleton,
  isSubset,
  positionsOf,
  setOf,
  union,
} from "../../../../src/pm/resolver/version-set.ts";

const SIZE = 24;
const positions = fc.uniqueArray(fc.integer({ min: 0, max: SIZE - 1 }));
const all = intervalSet(0, SIZE);

const sorted = (items: Iterable<number>): number[] => [...items].sort((left, right) => left - right);

describe("a set of versions", () => {
  it("holds what it was made of, in order", () => {
    fc.assert(
      fc.property(positions, (items) => {
        expect([...positionsOf(setOf(items))]).toEqual(sorted(items));
      }),
    );
  });

  it("has one form: no interval is empty and no two touch", () => {
    fc.assert(
      fc.property(positions, positions, (left, right) => {
        for (const set of [
          union(setOf(left), setOf(right)),
          intersection(setOf(left), setOf(right)),
          difference(setOf(left), setOf(right)),
        ]) {
          expect(set).toEqual(setOf(positionsOf(set)));
        }
      }),
    );
  });

  it("joins, meets and lessens as sets of numbers do", () => {
    fc.assert(
      fc.property(positions, positions, (left, right) => {
        expect([...positionsOf(union(setOf(left), setOf(right)))]).toEqual(sorted(new Set([...left, ...right])));
        expect([...positionsOf(intersection(setOf(left), setOf(right)))]).toEqual(
          sorted(left.filter((item) => right.includes(item))),
        );
        expect([...positionsOf(difference(setOf(left), setOf(right)))]).toEqual(
          sorted(left.filter((item) => !right.includes(item))),
        );
      }),
    );
  });

  it("knows subsets, disjoint sets and members", () => {
    fc.assert(
      fc.property(positions, positions, fc.nat(SIZE), (left, right, item) => {
        expect(isSubset(setOf(left), setOf(right))).toBe(left.every((one) => right.includes(one)));
        expect(areDisjoint(setOf(left), setOf(right))).toBe(!left.some((one) => right.includes(one)));
        expect(contains(setOf(left), item)).toBe(left.includes(item));
        expect(areEqual(setOf(left), setOf(right))).toBe(sorted(left).join() === sorted(right).join());
      }),
    );
  });

  it("obeys De Morgan's laws within all versions", () => {
    fc.assert(
      fc.property(positions, positions, (left, right) => {
        const [a, b] = [setOf(left), setOf(right)];
        expect(difference(all, union(a, b))).toEqual(intersection(difference(all, a), difference(all, b)));
        expect(difference(all, intersection(a, b))).toEqual(union(difference(all, a), difference(all, b)));
        expect(difference(all, difference(all, a))).toEqual(a);
      }),
    );
  });

  it("knows its highest member and whether it is the only one", () => {
    fc.assert(
      fc.property(positions, (items) => {
        expect(highest(setOf(items))).toBe(items.length === 0 ? undefined : Math.max(...items));
        expect(isSingleton(setOf(items))).toBe(items.length === 1);
      }),
    );
  });
});
