import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { intersectTerms, negate, relationTo, type Term } from "../../../../src/pm/resolver/term.ts";
import { contains, setOf } from "../../../../src/pm/resolver/version-set.ts";

const SIZE = 6;
const ABSENT = -1;

const term: fc.Arbitrary<Term> = fc.record({
  package: fc.constant(0),
  positive: fc.boolean(),
  set: fc.uniqueArray(fc.nat(SIZE - 1)).map(setOf),
});

/** The choices, absence among them, of which a term is true. */
const models = (item: Term): number[] =>
  [ABSENT, ...Array.from({ length: SIZE }, (_, index) => index)].filter(
    (choice) => (choice !== ABSENT && contains(item.set, choice)) === item.positive,
  );

describe("a term", () => {
  it("is true of the choices that its negation is false of", () => {
    fc.assert(
      fc.property(term, (item) => {
        expect([...models(item), ...models(negate(item))]).toHaveLength(SIZE + 1);
      }),
    );
  });

  it("joined with another is true where both are", () => {
    fc.assert(
      fc.property(term, term, (left, right) => {
        expect(models(intersectTerms(left, right))).toEqual(models(left).filter((choice) => models(right).includes(choice)));
      }),
    );
  });

  it("follows from what is known, is excluded by it, or neither", () => {
    fc.assert(
      fc.property(term, term, (item, known) => {
        fc.pre(models(known).length > 0);
        const isAlways = models(known).every((choice) => models(item).includes(choice));
        const isNever = !models(known).some((choice) => models(item).includes(choice));
        expect(relationTo(item, known)).toBe(isAlways ? "satisfied" : isNever ? "contradicted" : "inconclusive");
      }),
    );
  });
});
