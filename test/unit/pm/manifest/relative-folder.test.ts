import { expect, test } from "vitest";
import { normalFolder, relativeFolder } from "../../../../src/pm/manifest/relative-folder.ts";

test.each([
  [".", "packages/a", "packages/a"],
  ["packages/app", "packages/lib", "../lib"],
  ["packages/app", ".", "../.."],
  ["packages/app", "packages/app", "."],
  ["packages/app", "../x", "../../../x"],
  ["packages", "packages/lib/", "lib"],
])("from `%s` to `%s` is `%s`", (from, to, expected) => {
  expect(relativeFolder(from, to)).toBe(expected);
});

test.each([
  ["./shared/", "shared"],
  ["../shared", "../shared"],
  [".", "."],
  ["./", "."],
  ["a/../b", "b"],
])("`%s` is written `%s`", (text, expected) => {
  expect(normalFolder(text)).toBe(expected);
});
