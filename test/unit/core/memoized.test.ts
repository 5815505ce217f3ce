import { expect, it } from "vitest";
import { memoized } from "../../../src/core/memoized.ts";

it("a remembered answer is worked out once, and a throw each time", () => {
  const asked: string[] = [];
  const lengthOf = memoized((text) => {
    asked.push(text);
    if (text === "") throw new Error("empty");
    return text.length;
  });
  expect([lengthOf("ab"), lengthOf("ab"), lengthOf("abc")]).toEqual([2, 2, 3]);
  expect(() => lengthOf("")).toThrow("empty");
  expect(() => lengthOf("")).toThrow("empty");
  expect(asked).toEqual(["ab", "abc", "", ""]);
});
