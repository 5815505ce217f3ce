import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import {
  DEPENDENCY_TABLES,
  type EntryChange,
  putDependency,
  removeDependency,
  removeFromFeatures,
} from "../../../../src/pm/manifest/edit-manifest.ts";

const V2: EntryChange = { version: "^2" };

describe("putting a dependency", () => {
  it.each<[string, string, EntryChange, string]>([
    [
      "keeps a sorted table sorted",
      '[dependencies]\nalpha = "1" # first\n\n# about zeta\nzeta = "1"\n',
      V2,
      '[dependencies]\nalpha = "1" # first\nmid = "^2"\n\n# about zeta\nzeta = "1"\n',
    ],
    [
      "adds to the end of a table that is not sorted",
      '[dependencies]\nzeta = "1"\nalpha = "1"\n\n[deploy]\n',
      V2,
      '[dependencies]\nzeta = "1"\nalpha = "1"\nmid = "^2"\n\n[deploy]\n',
    ],
    [
      "puts what comes first under the header",
      '[dependencies]\n# all\nzeta = "1"\n',
      V2,
      '[dependencies]\nmid = "^2"\n# all\nzeta = "1"\n',
    ],
    ["fills an empty table", "[dependencies] # none yet\n", V2, '[dependencies] # none yet\nmid = "^2"\n'],
    ["keeps a file without a last newline so", '[dependencies]\nalpha = "1"', V2, '[dependencies]\nalpha = "1"\nmid = "^2"'],
    ["keeps CRLF", '[dependencies]\r\nalpha = "1"\r\n', V2, '[dependencies]\r\nalpha = "1"\r\nmid = "^2"\r\n'],
    ["keeps a byte order mark", '\uFEFF[dependencies]\nzeta = "1"\n', V2, '\uFEFF[dependencies]\nmid = "^2"\nzeta = "1"\n'],
    ["keeps indentation", '[dependencies]\n\talpha = "1"\n', V2, '[dependencies]\n\talpha = "1"\n\tmid = "^2"\n'],
    [
      "makes the table after [package] and before what follows, above its comment",
      '[package]\nname = "app"\n\n# where it runs\n[deploy]\n',
      V2,
      '[package]\nname = "app"\n\n[dependencies]\nmid = "^2"\n\n# where it runs\n[deploy]\n',
    ],
    ["makes the table at the end", '[package]\nname = "app"\n', V2, '[package]\nname = "app"\n\n[dependencies]\nmid = "^2"\n'],
    [
      "makes the table at the end of a file without a last newline",
      '[package]\nname = "app"',
      V2,
      '[package]\nname = "app"\n\n[dependencies]\nmid = "^2"\n',
    ],
    [
      "makes the table before its sub-tables",
      '[package]\nname = "app"\n\n[dependencies.zeta]\nversion = "1"\n',
      V2,
      '[package]\nname = "app"\n\n[dependencies]\nmid = "^2"\n\n[dependencies.zeta]\nversion = "1"\n',
    ],
    [
      "adds to an inline table",
      'dependencies = { alpha = "1", zeta = "1" } # small\n',
      V2,
      'dependencies = { alpha = "1", mid = "^2", zeta = "1" } # small\n',
    ],
    ["adds to an empty inline table", "dependencies = {}\n", V2, 'dependencies = { mid = "^2" }\n'],
    [
      "adds to dotted keys",
      'dependencies.alpha = "1"\ndependencies.zeta = "1"\n[package]\n',
      V2,
      'dependencies.alpha = "1"\ndependencies.mid = "^2"\ndependencies.zeta = "1"\n[package]\n',
    ],
    [
      "writes a table where a version is not all",
      "[dependencies]\n",
      { version: "^2", features: ["a", "b"], "default-features": false, optional: true, registry: "corp" },
      '[dependencies]\nmid = { version = "^2", registry = "corp", features = ["a", "b"], default-features = false, optional = true }\n',
    ],
    ["replaces a version", '[dependencies]\nmid = "1" # pinned\n', V2, '[dependencies]\nmid = "^2" # pinned\n'],
    ["keeps single quotes", "[dependencies]\nmid = '1'\n", V2, "[dependencies]\nmid = '^2'\n"],
    [
      "keeps the version's quotes in a table",
      "[dependencies]\nmid = '1'\n",
      { optional: true },
      "[dependencies]\nmid = { version = '1', optional = true }\n",
    ],
    [
      "replaces a version in an inline table",
      '[dependencies]\nmid = { optional = true, version="1" }\n',
      V2,
      '[dependencies]\nmid = { optional = true, version="^2" }\n',
    ],
    [
      "adds a key to an inline table",
      '[dependencies]\nmid = {version = "1"}\n',
      { features: ["x"] },
      '[dependencies]\nmid = {version = "1", features = ["x"]}\n',
    ],
    [
      "takes a key out of an inline table",
      '[dependencies]\nmid = { version = "1", registry = "corp", optional = true }\n',
      { registry: undefined },
      '[dependencies]\nmid = { version = "1", optional = true }\n',
    ],
    [
      "changes the source of an inline table",
      '[dependencies]\nmid = { version = "1" }\n',
      { path: "../mid", version: undefined },
      '[dependencies]\nmid = { path = "../mid" }\n',
    ],
    [
      "changes the source of a version",
      '[dependencies]\nmid = "1"\n',
      { path: "../mid", version: undefined },
      '[dependencies]\nmid = { path = "../mid" }\n',
    ],
    [
      "changes the keys below a header",
      '[dependencies.mid] # why\nversion = "1" # old\n# more\n\n[deploy]\n',
      { version: "^2", features: ["x"] },
      '[dependencies.mid] # why\nversion = "^2" # old\nfeatures = ["x"]\n# more\n\n[deploy]\n',
    ],
    [
      "takes a key from below a header",
      '[dependencies.mid]\nversion = "1"\nregistry = "corp"\n',
      { registry: undefined },
      '[dependencies.mid]\nversion = "1"\n',
    ],
    [
      "changes dotted keys",
      '[dependencies]\n  mid.version = "1"\n  zeta = "1"\n',
      { optional: true },
      '[dependencies]\n  mid.version = "1"\n  mid.optional = true\n  zeta = "1"\n',
    ],
    [
      "changes dotted keys between braces",
      'dependencies = { mid.version = "1" }\n',
      { optional: true },
      'dependencies = { mid.version = "1", mid.optional = true }\n',
    ],
    [
      "replaces a list over several lines",
      '[dependencies]\nmid = { version = "1", features = [\n  "x", # why\n  "y",\n] }\nzeta = "1"\n',
      { features: ["z"] },
      '[dependencies]\nmid = { version = "1", features = ["z"] }\nzeta = "1"\n',
    ],
    [
      "does not take what is in a text for a table",
      '[package]\ndescription = """\n[dependencies]\nmid = "1"\n"""\n',
      V2,
      '[package]\ndescription = """\n[dependencies]\nmid = "1"\n"""\n\n[dependencies]\nmid = "^2"\n',
    ],
  ])("%s", (_, before, change, after) => {
    expect(putDependency(before, "dependencies", "mid", change)).toBe(after);
  });

  it("knows `-` and `_` to be one letter, and keeps the name as it is written", () => {
    const text = '[dependencies]\n"http_router" = "1"\n';
    expect(putDependency(text, "dependencies", "http-router", V2)).toBe('[dependencies]\n"http_router" = "^2"\n');
  });

  it("makes the tables of one manifest in their order", () => {
    const text = '[package]\nname = "app"\n\n[features]\n';
    const all = DEPENDENCY_TABLES.toReversed().reduce((now, table) => putDependency(now, table, "a", V2), text);
    expect(all).toBe(
      '[package]\nname = "app"\n\n[dependencies]\na = "^2"\n\n[dev-dependencies]\na = "^2"\n\n[skills]\na = "^2"\n\n[features]\n',
    );
  });
});

describe("removing a dependency", () => {
  it.each<[string, string, string]>([
    [
      "takes its line, and the comment on it",
      '[dependencies]\n# list\nmid = "1" # m\nzeta = "1"\n',
      '[dependencies]\n# list\nzeta = "1"\n',
    ],
    [
      "takes a value over several lines",
      '[dependencies]\nmid = { version = "1", features = [\n "x",\n] }\nz = "1"\n',
      '[dependencies]\nz = "1"\n',
    ],
    ["takes a table of its own", '[dependencies.mid]\nversion = "1"\noptional = true\n\n[deploy]\n', "[deploy]\n"],
    ["takes dotted keys", '[dependencies]\nmid.version = "1"\na = "1"\nmid.optional = true\n', '[dependencies]\na = "1"\n'],
    ["takes the first of an inline table", 'dependencies = { mid = "1", z = "1" }\n', 'dependencies = { z = "1" }\n'],
    ["takes the last of an inline table", 'dependencies = { a = "1", mid = "1" }\n', 'dependencies = { a = "1" }\n'],
    ["takes the only one of an inline table", 'dependencies = { mid = "1" }\n', "dependencies = {}\n"],
    ["takes the last line of a file", '[dependencies]\na = "1"\nmid = "1"', '[dependencies]\na = "1"\n'],
  ])("%s", (_, before, after) => {
    expect(removeDependency(before, "dependencies", "mid")).toBe(after);
  });

  it("says when there is none", () => {
    expect(removeDependency('[dev-dependencies]\nmid = "1"\n[[bin]]\nmid = "x"\n', "dependencies", "mid")).toBeUndefined();
  });

  it.each<[string, string]>([
    ['[features]\na = ["dep:mid", "b"]\nb = []\n', '[features]\na = ["b"]\nb = []\n'],
    ['[features]\na = ["mid/x", "mid?/y", "mid"]\n', "[features]\na = []\n"],
    ['[features]\na = [\n  "b",\n  "dep:mid", # why\n  "c",\n]\n', '[features]\na = [\n  "b",\n  "c",\n]\n'],
    ['[features]\nmid = ["dep:mid"]\na = ["mid"]\n', '[features]\nmid = []\na = ["mid"]\n'],
    ['[features]\na = ["middle", "dep:middle"]\n', '[features]\na = ["middle", "dep:middle"]\n'],
  ])("takes it out of features", (before, after) => {
    expect(removeFromFeatures(before, "mid")).toBe(after);
  });
});

/** A manifest with a dependency table in a generated form, and the names in it. */
const manifest = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom("alpha", "bravo", "char-lie", "delta", "echo", "fox_trot"), { maxLength: 5 }),
    forms: fc.array(fc.constantFrom("text", "literal", "inline", "dotted", "header"), { minLength: 6, maxLength: 6 }),
    indent: fc.constantFrom("", "  "),
    comment: fc.constantFrom("", " # why"),
    newline: fc.constantFrom("\n", "\r\n"),
    tail: fc.constantFrom([], ["", "# where it runs", "[deploy]", 'target = "container"']),
    open: fc.boolean(),
  })
  .map(({ names, forms, indent, comment, newline, tail, open }) => {
    const formOf = (index: number) => forms[index] ?? "text";
    const line = (name: string, index: number): string[] => {
      const end = `${comment}`;
      if (formOf(index) === "text") return [`# about ${name}`, `${indent}${name} = "1"${end}`];
      if (formOf(index) === "literal") return [`${indent}"${name}" = '1'${end}`];
      if (formOf(index) === "inline") return [`${indent}${name} = { version = "1", features = ["f"] }${end}`, ""];
      return formOf(index) === "dotted" ? [`${indent}${name}.version = "1"${end}`, `${indent}${name}.optional = true`] : [];
    };
    const header = (name: string, index: number): string[] =>
      formOf(index) === "header" ? ["", `[dependencies.${name}]${comment}`, `${indent}version = "1"`] : [];
    const lines = [
      "[package]",
      'name = "app"',
      "",
      "[dependencies]",
      ...names.flatMap(line),
      ...names.flatMap(header),
      ...tail,
    ];
    return { names, text: lines.join(newline) + (open ? "" : newline) };
  });

const change: fc.Arbitrary<EntryChange> = fc.record(
  {
    version: fc.constantFrom("^2", "=1.2.3", ">=1, <3"),
    features: fc.subarray(["x", "y"]),
    optional: fc.constant(true),
    "default-features": fc.constant(false),
    registry: fc.constantFrom("corp", undefined),
  },
  { requiredKeys: ["version"] },
);

const wanted = fc.constantFrom("alpha", "bravo", "char-lie", "delta", "golf", "zulu");

const tableOf = (text: string): Record<string, unknown> => {
  const table: unknown = parse(text)["dependencies"] ?? {};
  return Object.fromEntries(Object.entries(typeof table === "object" && table !== null ? table : {}));
};

const fieldsOf = (entry: unknown): Record<string, unknown> =>
  typeof entry === "string" ? { version: entry } : Object.fromEntries(Object.entries(entry ?? {}));

/** Lines of `before` that are in `after` in the same order, byte for byte. */
function isSubsequence(some: readonly string[], all: readonly string[]): boolean {
  let at = 0;
  for (const line of all) if (line === some[at]) at += 1;
  return at === some.length;
}

describe("any manifest", () => {
  it("says what was put and all that it said before, and its other lines stay byte for byte", () => {
    fc.assert(
      fc.property(manifest, wanted, change, ({ text }, name, entry) => {
        const after = putDependency(text, "dependencies", name, entry);
        const before = tableOf(text);
        const expected = Object.fromEntries(
          Object.entries({ ...fieldsOf(before[name]), ...entry }).filter(([, value]) => value !== undefined),
        );
        expect(fieldsOf(tableOf(after)[name])).toEqual(expected);
        expect({ ...tableOf(after), [name]: undefined }).toEqual({ ...before, [name]: undefined });
        const others = text
          .split("\n")
          .filter((line, index, lines) => index < lines.length - 1 && !line.includes(name) && !/^\s*version/.test(line));
        expect(isSubsequence(others, after.split("\n"))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("is as it was after what was added is removed", () => {
    fc.assert(
      fc.property(manifest, change, ({ text }, entry) => {
        fc.pre(text.endsWith("\n"));
        const added = putDependency(text, "dependencies", "golf", entry);
        expect(removeDependency(added, "dependencies", "golf")).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it("says all but what was removed", () => {
    fc.assert(
      fc.property(manifest, ({ text, names }) => {
        fc.pre(names.length > 0);
        const name = names[0] ?? "";
        const after = removeDependency(text, "dependencies", name) ?? "";
        expect(Object.keys(tableOf(after)).toSorted()).toEqual(names.slice(1).toSorted());
        expect(after.includes("\r\n")).toBe(text.includes("\r\n"));
      }),
      { numRuns: 300 },
    );
  });
});
