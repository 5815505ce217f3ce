import { expect, it } from "vitest";
import { parseByteSize } from "../../../src/core/byte-size.ts";

it.each([
  ["0", 0],
  ["1024", 1024],
  ["5GiB", 5 * 2 ** 30],
  ["500MB", 500_000_000],
  ["1.5 kib", 1536],
  ["7B", 7],
  ["", undefined],
  ["5 G", undefined],
  ["-1MB", undefined],
  ["1e3", undefined],
  ["99999999TiB", undefined],
])("the size `%s` is %s bytes", (text, expected) => {
  expect(parseByteSize(text)).toBe(expected);
});
