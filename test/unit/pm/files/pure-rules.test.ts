import fc from "fast-check";
import ignore from "ignore";
import { describe, expect, test } from "vitest";
import { parsePlatform } from "../../../../src/core/platform.ts";
import { scopedPattern } from "../../../../src/pm/files/ignore-rules.ts";
import { mayMatchBelow } from "../../../../src/pm/files/include-reach.ts";
import { filesForPlatform } from "../../../../src/pm/files/platform-files.ts";

describe("a rule of a folder, written as one of the top", () => {
  test.each<[string, string | undefined]>([
    ["*.log", "/a/b/**/*.log"],
    ["/x", "/a/b/x"],
    ["x/y", "/a/b/x/y"],
    ["x/", "/a/b/**/x/"],
    ["!x", "!/a/b/**/x"],
    ["!/x/", "!/a/b/x/"],
    ["# note", undefined],
    ["", undefined],
    ["   ", undefined],
    ["/", undefined],
    ["\\#x", "/a/b/**/\\#x"],
  ])("`%s` is `%s`", (line, expected) => expect(scopedPattern(line, "a/b")).toBe(expected));

  test("a folder's own name is no pattern", () => expect(scopedPattern("x", "[a]*")).toBe("/\\[a\\]\\*/**/x"));
});

describe("whether include may reach below a folder", () => {
  test.each<[string, string, boolean]>([
    ["*.js", "a/b", true],
    ["dist/", "a", true],
    ["/dist/", "a", false],
    ["/dist/", "dist", true],
    ["/dist/", "dist/a", true],
    ["dist/*.js", "dist", true],
    ["dist/*.js", "other", false],
    ["a/b/c", "a", true],
    ["a/b/c", "a/x", false],
    ["a/**/c", "a/x/y", true],
    ["!a/b", "a", false],
    ["# a/b", "a", false],
  ])("`%s` and `%s`: %s", (pattern, folder, expected) => expect(mayMatchBelow([pattern], folder)).toBe(expected));

  test("is never denied where a path below does match", () => {
    const part = fc.constantFrom("a", "b", "ab", "*", "a*", "**", "?", "[ab]");
    const pattern = fc.tuple(
      fc.constantFrom("", "/"),
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.constantFrom("", "/"),
    );
    const path = fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(pattern, path, ([start, parts, end], components) => {
        const text = start + parts.join("/") + end;
        if (!ignore().add(text).ignores(components.join("/"))) return;
        expect(mayMatchBelow([text], components.slice(0, -1).join("/"))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("files for a platform", () => {
  const amd64 = parsePlatform("linux/amd64");
  const arm64 = parsePlatform("linux/arm64");
  const files = [
    "Vox.toml",
    "bin/run",
    "platforms/README.md",
    "platforms/linux-amd64/bin/run",
    "platforms/linux-arm64/lib/x.so",
  ].map((path) => ({ path }));

  test.each([
    [
      amd64,
      [
        ["Vox.toml", "Vox.toml"],
        ["bin/run", "platforms/linux-amd64/bin/run"],
        ["platforms/README.md", "platforms/README.md"],
      ],
    ],
    [
      arm64,
      [
        ["Vox.toml", "Vox.toml"],
        ["bin/run", "bin/run"],
        ["lib/x.so", "platforms/linux-arm64/lib/x.so"],
        ["platforms/README.md", "platforms/README.md"],
      ],
    ],
  ])("of %s lie over the rest", (platform, expected) => {
    expect(filesForPlatform(files, [amd64, arm64], platform).map(({ path, source }) => [path, source.path])).toEqual(expected);
  });

  test("a folder of a platform that is not declared is a folder like any other", () => {
    expect(filesForPlatform(files, [amd64], amd64).map(({ path }) => path)).toContain("platforms/linux-arm64/lib/x.so");
  });
});
