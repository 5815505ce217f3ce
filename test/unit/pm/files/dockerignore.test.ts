import { describe, expect, it } from "vitest";
import { dockerignore } from "../../../../src/pm/files/dockerignore.ts";

describe(".dockerignore", () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ["counts from the root", "temp", ["temp", "temp/a"], ["a/temp", "temperature"]],
    ["leaves a folder with all in it", "/docs/", ["docs", "docs/a/b"], ["a/docs"]],
    ["has stars that stay within a folder", "*/temp*", ["a/temp", "a/temporary/b"], ["temp", "a/b/temp"]],
    ["has two stars for any folders", "**/*.go", ["a.go", "a/b/c.go"], ["a.got"]],
    ["lets the last line decide, in hidden folders too", "*\n!src/a.js", ["b", "src/b.js"], ["src/a.js"]],
    ["brings back and leaves out again", "*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README.md"]],
    ["has comments, blank lines and a byte order mark", "\uFEFF# a\n\n  b  \r\n", ["b"], ["# a", "a"]],
    ["has single characters and sets", "a?\n[bc]d", ["ax", "bd", "cd"], ["a", "axx", "dd"]],
    ["takes what is special to patterns of another kind as it is", "a.b+(c)\n\\*", ["a.b+(c)", "*"], ["axb+(c)", "x"]],
    ["says nothing by itself", "", [], ["a"]],
  ])("%s", (_name, text, out, kept) => {
    const ignored = dockerignore(text);
    expect(out.filter((path) => !ignored(path))).toEqual([]);
    expect(kept.filter(ignored)).toEqual([]);
  });
});
