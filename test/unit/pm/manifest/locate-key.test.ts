import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { locateKey } from "../../../../src/pm/manifest/locate-key.ts";

const TEXT = `# a comment with [package] and name = "x"
[package]
name = "demo" # [deploy]
description = """
[deploy.container]
base_image = "no \\""" """
keywords = [
  "a", # ]
  "b]",
]

[dependencies]
"quoted-name" = '1'
auth = { version = "1", features = ["x"] }

[dependencies.templates]
git = "https://example.com/t.git"

[[bin]]
name = "one"
[[bin]]
  name = "two"
  path = "two.js"

[deploy]
container.base_image = "scratch"
container.env.A = '''
[bin]
'''
[deploy.environments."a.b".container]
cmd = []
`;

describe("the place of a key", () => {
  test.each<[(string | number)[], number, number]>([
    [["package"], 2, 1],
    [["package", "name"], 3, 1],
    [["package", "description"], 4, 1],
    [["package", "keywords"], 7, 1],
    [["package", "keywords", 1], 7, 1],
    [["package", "nothing"], 2, 1],
    [["dependencies"], 12, 1],
    [["dependencies", "quoted-name"], 13, 1],
    [["dependencies", "auth", "features", 0], 14, 1],
    [["dependencies", "templates"], 16, 1],
    [["dependencies", "templates", "git"], 17, 1],
    [["bin", 0, "name"], 20, 1],
    [["bin", 1], 21, 1],
    [["bin", 1, "name"], 22, 3],
    [["bin", 1, "path"], 23, 3],
    [["bin", 0, "path"], 19, 1],
    [["deploy"], 25, 1],
    [["deploy", "container", "base_image"], 26, 1],
    [["deploy", "container"], 26, 1],
    [["deploy", "container", "env", "A"], 27, 1],
    [["deploy", "environments", "a.b", "container", "cmd"], 31, 1],
  ])("%j is at %d:%d", (path, line, column) => {
    expect(locateKey(TEXT, path)).toEqual({ line, column });
  });

  test("a key of which nothing is written has no place", () => {
    expect(locateKey(TEXT, ["registries", "corp"])).toBeUndefined();
    expect(locateKey("", ["package"])).toBeUndefined();
  });

  test("a byte order mark and CRLF do not count", () => {
    expect(locateKey('\uFEFF[package]\r\nname = "a"\r\n', ["package", "name"])).toEqual({ line: 2, column: 1 });
    expect(locateKey("\uFEFFa = 1", ["a"])).toEqual({ line: 1, column: 1 });
  });

  test("every key of a generated document is found on the line on which it was put", () => {
    const key = fc.string({ unit: fc.constantFrom(..."ab-_1"), minLength: 1, maxLength: 4 });
    const value = fc.constantFrom(
      '"x"',
      "'#['",
      "[1, 2]",
      '[\n "]",\n]',
      '"""\na = 1\n"""',
      "{ q = 1 }",
      "true # [z]",
      '"\\""',
    );
    const table = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 5 });
    const document = fc.uniqueArray(fc.tuple(key, table), { selector: ([name]) => name, maxLength: 4 });
    fc.assert(
      fc.property(document, (tables) => {
        const lines: string[] = [];
        const places = tables.flatMap(([name, entries]) => {
          lines.push(`[${name}]`);
          return entries.map(([entry, text]) => {
            const line = lines.length + 1;
            lines.push(...`${entry} = ${text}`.split("\n"));
            return { path: [name, entry], line };
          });
        });
        const text = lines.join("\n");
        parse(text);
        for (const { path, line } of places) expect(locateKey(text, path)).toEqual({ line, column: 1 });
      }),
    );
  });
});
