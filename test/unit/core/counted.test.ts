import { expect, it } from "vitest";
import { counted } from "../../../src/core/counted.ts";

it.each([
  [0, "package", undefined, "0 packages"],
  [1, "package", undefined, "1 package"],
  [2, "package", undefined, "2 packages"],
  [1, "entry", "entries", "1 entry"],
  [2, "entry", "entries", "2 entries"],
])("%d %s, %s", (count, noun, plural, text) => {
  expect(counted(count, noun, plural)).toBe(text);
});
