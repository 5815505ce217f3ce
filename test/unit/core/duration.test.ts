import { expect, test } from "vitest";
import { parseDurationMs } from "../../../src/core/duration.ts";

test.each([
  ["0s", 0],
  ["500ms", 500],
  ["30s", 30_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  ["12h", 43_200_000],
  ["3d", 259_200_000],
  ["2w", 1_209_600_000],
])("`%s` is %d ms", (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test.each(["", "30", "s", "-1s", "1 s", "1y", "1s ", "1e3s", "99999999999999999w"])("`%s` is no duration", (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});
