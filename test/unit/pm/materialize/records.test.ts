import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf, hexOf } from "../../../../src/core/digest.ts";
import { closureKey, type ArchivedPackage } from "../../../../src/pm/materialize/closure.ts";
import { formatProjectLink, parseProjectLink } from "../../../../src/pm/materialize/project-link.ts";
import {
  childrenByDirectory,
  formatTreeRecord,
  parseTreeRecord,
  treeRecord,
} from "../../../../src/pm/materialize/tree-record.ts";

const RECORD = treeRecord(
  [
    { path: "a", stamp: "3 4" },
    { path: ".", stamp: "1 2" },
    { path: "a/lib dir", stamp: "5 6" },
  ],
  [
    { path: "a/run", stamp: "7 8 9", executable: true, sha256: hexOf(digestOf("run")) },
    { path: "a/lib dir/naïve file", stamp: "10 11 12", executable: false, sha256: hexOf(digestOf("file")) },
  ],
  [{ path: "node_modules/a", target: "../a" }],
);

describe("the record of a tree", () => {
  it("reads what it wrote, parents first", () => {
    expect(parseTreeRecord(formatTreeRecord(RECORD))).toEqual(RECORD);
    expect(RECORD.directories.map((entry) => entry.path)).toEqual([".", "a", "a/lib dir"]);
  });

  it("of nothing is a record too", () => {
    const empty = treeRecord([], []);
    expect(parseTreeRecord(formatTreeRecord(empty))).toEqual(empty);
  });

  it("that was cut or changed anywhere is no record", () => {
    const text = formatTreeRecord(RECORD);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (at) => {
        expect(parseTreeRecord(text.slice(0, at))).toBeUndefined();
        const changed = `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;
        expect(parseTreeRecord(changed)).toBeUndefined();
      }),
    );
  });

  it("tells what each directory holds", () => {
    expect(childrenByDirectory(RECORD)).toEqual(
      new Map([
        [".", new Set(["a"])],
        ["a", new Set(["lib dir", "run"])],
        ["a/lib dir", new Set(["naïve file"])],
      ]),
    );
  });
});

describe("the link of a project", () => {
  it("reads what it wrote, whatever the path", () => {
    const link = { projectDir: '/tmp/a "b"\nc', linkMode: "copy", closure: digestOf("x") } as const;
    expect(parseProjectLink(formatProjectLink(link))).toEqual(link);
  });

  it.each(["", "vox-link 2\n", formatProjectLink({ projectDir: "/a", linkMode: "copy", closure: digestOf("x") }).slice(0, -1)])(
    "that is not whole is no link",
    (text) => {
      expect(parseProjectLink(text)).toBeUndefined();
    },
  );
});

describe("the key of a closure", () => {
  it("is the vector's", () => {
    const path = new URL("../../../../contracts/vectors/package/closure-key.json", import.meta.url);
    const { packages, key }: { packages: readonly ArchivedPackage[]; key: string } = JSON.parse(readFileSync(path, "utf8"));
    expect(closureKey(packages)).toBe(key);
    expect(closureKey(packages.toReversed())).toBe(key);
  });
});
