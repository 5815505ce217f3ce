import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { packageEntries } from "../../../src/archive/package-entries.ts";
import { brokenPathRule, checkPath } from "../../../src/archive/package-paths.ts";
import { linkStaysInside } from "../../../src/archive/link-target.ts";
import { fileOfBytes } from "../../../src/archive/tar-entry.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";

interface PathVectors {
  readonly refused: readonly { readonly path: string; readonly rule: string }[];
  readonly accepted: readonly string[];
  readonly collisions: readonly { readonly paths: readonly string[]; readonly collide: boolean }[];
  readonly links: readonly { readonly path: string; readonly target: string; readonly staysInside: boolean }[];
}

const vectors: PathVectors = JSON.parse(
  readFileSync(new URL("../../../contracts/vectors/archive/paths.json", import.meta.url), "utf8"),
);
const demo = parsePackageName("demo");
const entriesOf = (paths: readonly string[]): unknown =>
  packageEntries(
    demo,
    paths.map((path) => fileOfBytes(path, new Uint8Array())),
  );

describe("a path that breaks a rule is refused by that rule's name", () => {
  test.each(vectors.refused)("$path", ({ path, rule }) => {
    expect(brokenPathRule(path)).toBe(rule);
    expect(() => entriesOf([path])).toThrow(
      expect.objectContaining({ code: "ARCHIVE_PATH", message: expect.stringContaining(rule) }),
    );
  });

  test("a component has at most 255 bytes, not characters", () => {
    expect(brokenPathRule("a".repeat(255))).toBeUndefined();
    expect(brokenPathRule("a".repeat(256))).toBe("has a component of more than 255 bytes");
    expect(brokenPathRule("é".repeat(128))).toBe("has a component of more than 255 bytes");
  });

  test("a path has at most as many bytes as Linux opens", () => {
    expect(brokenPathRule(`${"a/".repeat(2047)}b`)).toBeUndefined();
    expect(brokenPathRule(`${"a/".repeat(2047)}bc`)).toBe("is longer than 4095 bytes");
  });

  test("control characters do not reach the message", () => {
    expect(() => checkPath("a\u001b[2Jb")).toThrow("`a\\u001b[2Jb` holds a control character");
  });
});

test.each(vectors.accepted)("`%s` is a path that an archive may hold", (path) => expect(brokenPathRule(path)).toBeUndefined());

describe("two paths that some file system takes for one are refused", () => {
  test.each(vectors.collisions)("$paths: $collide", ({ paths, collide }) => {
    const make = (): unknown => entriesOf(paths);
    if (collide) expect(make).toThrow(expect.objectContaining({ code: "ARCHIVE_PATH" }));
    else expect(make).not.toThrow();
  });

  test("the same path twice", () => expect(() => entriesOf(["a", "a"])).toThrow("is there twice"));
});

test.each(vectors.links)("a link at $path to $target stays inside: $staysInside", ({ path, target, staysInside }) =>
  expect(linkStaysInside(path, target)).toBe(staysInside),
);
