import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** What the linter cannot say: a pattern that no line of the source may have, and where it may stand all the same. */
const FORBIDDEN = [
  { what: "a clock", pattern: /\bnew Date\(\)|\bDate\.now\(/, except: /^src\/runtime\// },
  { what: "an `as` but `as const`", pattern: /[\w)\]}] as (?!const\b)(?:unknown|any|never|[A-Z]\w*)[\s;,)<[|&]/, except: /^$/ },
  { what: "a switch of the type checker", pattern: /@ts-(?:ignore|nocheck|expect-error)/, except: /^$/ },
  { what: "an unseeded random number", pattern: /\bMath\.random\(/, except: /^src\/runtime\// },
] as const;

/** The one place for `as`: the function that makes a brand, beside the brand. */
const makesOwnBrand = (text: string, line: string): boolean => {
  const type = /return \w+ as (\w+);/.exec(line)?.[1];
  return type !== undefined && text.includes(`type ${type} = Brand<`);
};

const faultsIn = (file: string, text: string): readonly string[] =>
  text
    .split("\n")
    .flatMap((line, index) =>
      FORBIDDEN.filter(
        ({ pattern, except }) =>
          pattern.test(line) && !except.test(file) && !isImportOrComment(line) && !makesOwnBrand(text, line),
      ).map(({ what }) => `${what}: ${file}:${index + 1}`),
    );

const isImportOrComment = (line: string): boolean => /^\s*(?:import\b|export \{|\*|\/\/|\/\*)/.test(line);

const sources = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => `${entry.parentPath}/${entry.name}`);

describe("the source", () => {
  it("holds none of what the house forbids", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap((file) => faultsIn(file, readFileSync(file, "utf8")))).toEqual([]);
  });
});

describe("the house's rules see", () => {
  it.each([
    ["const now = new Date();", "a clock: src/core/x.ts:1"],
    ["return Date.now() - start;", "a clock: src/core/x.ts:1"],
    ["const x = value as Digest;", "an `as` but `as const`: src/core/x.ts:1"],
    ["f(value as unknown as T)", "an `as` but `as const`: src/core/x.ts:1"],
    ["// @ts-expect-error".replace("// ", "/x/; // "), "a switch of the type checker: src/core/x.ts:1"],
    ["const x = Math.random();", "an unseeded random number: src/core/x.ts:1"],
  ])("%s", (line, fault) => {
    expect(faultsIn("src/core/x.ts", line)).toEqual([fault]);
  });

  it.each(["const epoch = new Date(0);", "const X = [1] as const;", "} as const satisfies Y;", " * known as Digest here"])(
    "nothing wrong in %s",
    (line) => {
      expect(faultsIn("src/core/x.ts", line)).toEqual([]);
    },
  );

  it("no fault where a brand is made", () => {
    expect(faultsIn("src/core/x.ts", 'export type Digest = Brand<string, "Digest">;\nreturn text as Digest;')).toEqual([]);
  });

  it("no fault in the runtime's clock", () => {
    expect(faultsIn("src/runtime/clock.ts", "new Date()")).toEqual([]);
  });
});
