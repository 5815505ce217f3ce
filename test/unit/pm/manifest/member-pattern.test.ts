import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coversFolder,
  expandPattern,
  isLiteral,
  leavesRoot,
  matchesFolder,
  parseMemberPattern,
} from "../../../../src/pm/manifest/member-pattern.ts";

const TREE: Readonly<Record<string, readonly string[]>> = {
  ".": [".git", "crates", "node_modules", "packages"],
  crates: ["a", "b-x"],
  packages: ["app", "lib"],
  "packages/lib": ["deep"],
  "packages/lib/deep": ["er"],
};
const ALL = [
  "crates/a",
  "crates/b-x",
  "crates",
  "packages",
  "packages/app",
  "packages/lib",
  "packages/lib/deep",
  "packages/lib/deep/er",
  ".",
];

const listFolders = (folder: string): Promise<readonly string[]> => Promise.resolve(TREE[folder] ?? []);

describe("a pattern of members", () => {
  test.each([
    ["packages/*", ["packages/app", "packages/lib"]],
    ["crates/*/Vox.toml", ["crates/a", "crates/b-x"]],
    ["./packages/*/", ["packages/app", "packages/lib"]],
    ["crates/b-?", ["crates/b-x"]],
    ["packages/l*", ["packages/lib"]],
    ["packages/**", ["packages", "packages/app", "packages/lib", "packages/lib/deep", "packages/lib/deep/er"]],
    ["packages/lib/**/er", ["packages/lib/er", "packages/lib/deep/er", "packages/lib/deep/er/er"]],
    ["packages/app", ["packages/app"]],
    ["packages/gone", ["packages/gone"]],
    [".", ["."]],
    ["Vox.toml", ["."]],
    ["*", ["crates", "packages"]],
  ])("`%s` names %j", async (text, expected) => {
    expect((await expandPattern(parseMemberPattern(text), listFolders)).sort()).toEqual([...expected].sort());
  });

  test("matches exactly the folders that it expands to", async () => {
    const segment = fc.constantFrom("packages", "crates", "*", "**", "lib", "deep", "?", "a", "*b*", "l??");
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 4 }), async (segments) => {
        const pattern = parseMemberPattern(segments.join("/"));
        const expanded = await expandPattern(pattern, listFolders);
        for (const folder of ALL) {
          if (expanded.includes(folder)) expect(matchesFolder(pattern, folder)).toBe(true);
          else if (!isLiteral(pattern)) expect(matchesFolder(pattern, folder)).toBe(false);
        }
      }),
    );
  });

  test.each([
    ["../other", true],
    ["packages/../../x", true],
    ["/abs", true],
    ["packages/../x", false],
    ["packages/*", false],
  ])("`%s` leaves the root: %s", (text, expected) => {
    expect(leavesRoot(parseMemberPattern(text))).toBe(expected);
  });

  test("an excluded folder covers what lies in it", () => {
    expect(coversFolder(parseMemberPattern("packages/lib"), "packages/lib/deep")).toBe(true);
    expect(coversFolder(parseMemberPattern("packages/lib"), "packages/library")).toBe(false);
    expect(coversFolder(parseMemberPattern("packages/lib"), ".")).toBe(false);
  });
});
