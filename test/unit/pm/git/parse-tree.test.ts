import { describe, expect, it } from "vitest";
import { parseTree } from "../../../../src/pm/git/parse-tree.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const listing = (...entries: readonly string[]): Uint8Array => Buffer.from(entries.map((entry) => `${entry}\0`).join(""));

describe("the listing of a tree", () => {
  it("is read with kinds, modes and sizes", () => {
    const bytes = listing(
      `100644 blob ${ID}      12\ta b/naïve.vox`,
      `100755 blob ${ID}       0\trun`,
      `100664 blob ${ID}       3\told`,
      `120000 blob ${ID}       4\tlink`,
      `160000 commit ${ID}       -\tvendor/other`,
    );
    expect(parseTree(bytes)).toEqual([
      { path: "a b/naïve.vox", kind: "file", executable: false, object: ID, sizeBytes: 12 },
      { path: "run", kind: "file", executable: true, object: ID, sizeBytes: 0 },
      { path: "old", kind: "file", executable: false, object: ID, sizeBytes: 3 },
      { path: "link", kind: "symlink", executable: false, object: ID, sizeBytes: 4 },
      { path: "vendor/other", kind: "submodule", executable: false, object: ID, sizeBytes: 0 },
    ]);
  });

  it("of an empty tree is empty", () => {
    expect(parseTree(listing())).toEqual([]);
  });

  it("keeps a tab and a line feed that are in a name", () => {
    expect(parseTree(listing(`100644 blob ${ID} 1\ta\tb\nc`)).map(({ path }) => path)).toEqual(["a\tb\nc"]);
  });

  it.each(["..", "../out", "a/../../out", "/etc/passwd", "a//b", "./a", ""])("with the path `%s` is refused", (path) => {
    expect(() => parseTree(listing(`100644 blob ${ID} 1\t${path}`))).toThrow(expect.objectContaining({ code: "GIT_REFUSED" }));
  });

  it("with a name that is not UTF-8 is refused and shows the name", () => {
    const bytes = Buffer.concat([Buffer.from(`100644 blob ${ID} 1\tcaf`), Buffer.from([0xe9, 0])]);
    expect(() => parseTree(bytes)).toThrow(
      expect.objectContaining({ code: "ARCHIVE_PATH", message: expect.stringContaining("caf\\xe9") }),
    );
  });

  it.each([`100644 blob ${ID} 1 no tab`, `100644 tree ${ID} -\ta`, `100644 blob ${ID.slice(1)} 1\ta`, `x\ta`])(
    "that is no listing is refused: %s",
    (entry) => {
      expect(() => parseTree(listing(entry))).toThrow(expect.objectContaining({ code: "GIT_REFUSED" }));
    },
  );
});
