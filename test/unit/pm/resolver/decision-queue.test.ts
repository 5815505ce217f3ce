import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConflictCounter } from "../../../../src/pm/resolver/conflict-counter.ts";
import { DecisionQueue } from "../../../../src/pm/resolver/decision-queue.ts";

describe("the queue of decisions", () => {
  it("gives the lowest rank first, and within a rank the package that was met first", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(3))), (entries) => {
        const queue = new DecisionQueue();
        const waiting = new Map<number, number>();
        for (const [package_, rank] of entries) {
          waiting.set(package_, rank);
          queue.add(package_, rank);
        }
        const expected = [...waiting]
          .sort((left, right) => left[1] - right[1] || left[0] - right[0])
          .map(([package_]) => package_);
        const given: number[] = [];
        for (;;) {
          const next = queue.first((package_, rank) => waiting.get(package_) === rank);
          if (next === undefined) break;
          given.push(next);
          waiting.delete(next);
        }
        expect(given).toEqual(expected);
      }),
    );
  });

  it("keeps the first where it is until it no longer waits", () => {
    const queue = new DecisionQueue();
    queue.add(7, 2);
    expect([queue.first(() => true), queue.first(() => true), queue.first(() => false)]).toEqual([7, 7, undefined]);
  });
});

describe("packages that keep clashing", () => {
  it("change places at the fifth conflict, and only then", () => {
    const counter = new ConflictCounter();
    expect(Array.from({ length: 7 }, () => counter.count(2, 1))).toEqual([false, false, false, false, true, false, false]);
    expect([counter.rank(2, false), counter.rank(3, false), counter.rank(1, false)]).toEqual([1, 2, 3]);
  });

  it("count each pair by itself, and forced packages go before all", () => {
    const counter = new ConflictCounter();
    for (let index = 0; index < 4; index += 1) counter.count(2, 1);
    expect([counter.count(2, 3), counter.rank(9, true)]).toEqual([false, 0]);
  });
});
