import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closestWord, editDistance, nearestWord } from "../../../src/core/nearest-word.ts";

test.each([
  ["verison", ["version", "registry"], "version"],
  ["base_imag", ["base_image", "image_name"], "base_image"],
  ["baseimage", ["base_image"], "base_image"],
  ["Name", ["name"], "name"],
  ["dep", ["deploy", "dependencies", "bin"], "deploy"],
  ["zzz", ["name", "kind"], undefined],
  ["a", [], undefined],
])("what was meant by `%s` of %j is %s", (word, candidates, expected) => {
  expect(nearestWord(word, candidates)).toBe(expected);
});

test("the closest word is named however far it is", () => {
  expect(closestWord("zzz", ["name", "kind"])).toBe("name");
  expect(closestWord("zzz", [])).toBeUndefined();
});

describe("the distance of two words", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });

  test("is that of the textbook's recursion", () => {
    fc.assert(fc.property(word, word, (left, right) => editDistance(left, right) === slowDistance(left, right)));
  });

  test("is the same both ways", () => {
    fc.assert(fc.property(word, word, (left, right) => editDistance(left, right) === editDistance(right, left)));
  });
});

function slowDistance(left: string, right: string): number {
  if (left === "" || right === "") return left.length + right.length;
  const [a, b] = [left.slice(0, -1), right.slice(0, -1)];
  const same = left.at(-1) === right.at(-1) ? 0 : 1;
  const swapped = left.length > 1 && right.length > 1 && left.at(-1) === right.at(-2) && left.at(-2) === right.at(-1);
  const least = Math.min(slowDistance(a, right) + 1, slowDistance(left, b) + 1, slowDistance(a, b) + same);
  return swapped ? Math.min(least, slowDistance(left.slice(0, -2), right.slice(0, -2)) + 1) : least;
}
