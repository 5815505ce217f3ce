import { describe, expect, test } from "vitest";
import { applicationEntries } from "../../../src/archive/application-entries.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { bucketEntries, packageEntries } from "../../../src/archive/package-entries.ts";
import {
  type ContentFile,
  directoryEntry,
  fileEntry,
  fileOfBytes,
  linkEntry,
  ROOT,
  type TarEntry,
} from "../../../src/archive/tar-entry.ts";
import { encodeHeader, MAX_FILE_BYTES, paxRecord } from "../../../src/archive/ustar-header.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { collect } from "./vector-content.ts";

const file = (path: string, text = ""): ContentFile => fileOfBytes(path, Buffer.from(text));
const entry = (path: string): TarEntry => fileEntry(path, file(path));
const paths = (entries: readonly TarEntry[]): string[] => entries.map(({ path }) => path);
const demo = parsePackageName("demo");

describe("the writer refuses what would not be canonical", () => {
  test.each<[string, readonly TarEntry[], string]>([
    ["entries out of order", [entry("b"), entry("a")], "stands after"],
    ["UTF-16 order", [entry("\u{10000}"), entry("\uFFFD")], "stands after"],
    ["a duplicate", [entry("a"), entry("a")], "there twice"],
    ["a directory without its slash", [directoryEntry("a")], "how a directory is written"],
    ["a link with a slash", [linkEntry("a/", "b")], "how a symlink is written"],
  ])("%s", async (_, entries, message) => {
    await expect(collect(writeCanonicalTar(entries))).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ["grew", "abcd"],
    ["shrank", "ab"],
  ])("a file that %s since it was listed is FILE_CHANGED", async (_, text) => {
    const changed = { ...file("a", "abc"), open: () => streamOf(Buffer.from(text)) };
    await expect(collect(writeCanonicalTar([fileEntry("a", changed)]))).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });

  test("a file over what eleven octal digits hold", () => {
    const member = { kind: "file", path: "a", executable: false, owner: ROOT } as const;
    expect(() => encodeHeader({ ...member, sizeBytes: MAX_FILE_BYTES })).not.toThrow();
    expect(() => encodeHeader({ ...member, sizeBytes: MAX_FILE_BYTES + 1 })).toThrow(
      expect.objectContaining({ code: "ARCHIVE_PATH" }),
    );
  });
});

describe("a tar goes on in large chunks and is never held whole", () => {
  test("ten thousand small files make chunks of about a quarter of a mebibyte", async () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => entry(`f${String(index).padStart(5, "0")}`));
    const sizes: number[] = [];
    for await (const chunk of writeCanonicalTar(entries)) sizes.push(chunk.byteLength);
    expect(sizes.length).toBeLessThanOrEqual(21);
  });

  test("an endless file is read only as fast as the tar is", async () => {
    let reads = 0;
    const endless = async function* (): AsyncIterable<Uint8Array> {
      for (;;) {
        reads += 1;
        yield new Uint8Array(65536);
      }
    };
    const entries = [fileEntry("a", { ...file("a"), sizeBytes: 2 ** 32, open: endless })];
    for await (const chunk of writeCanonicalTar(entries)) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    expect(reads).toBeLessThan(8);
  });
});

describe("the members of an archive", () => {
  test("a package has its folders, and no empty ones", () => {
    expect(paths(packageEntries(demo, [file("b/c/d"), file("Vox.toml")]))).toEqual([
      "opt/vox/",
      "opt/vox/modules/",
      "opt/vox/modules/demo/",
      "opt/vox/modules/demo/Vox.toml",
      "opt/vox/modules/demo/b/",
      "opt/vox/modules/demo/b/c/",
      "opt/vox/modules/demo/b/c/d",
    ]);
  });

  test("a bucket has the common folders once", () => {
    const bucket = bucketEntries([
      { name: parsePackageName("b"), files: [file("x")] },
      { name: parsePackageName("a"), files: [file("x")] },
    ]);
    expect(paths(bucket)).toEqual([
      "opt/vox/",
      "opt/vox/modules/",
      "opt/vox/modules/a/",
      "opt/vox/modules/a/x",
      "opt/vox/modules/b/",
      "opt/vox/modules/b/x",
    ]);
  });

  const owner = { uid: 65532, gid: 65532 };
  test("an application has its workdir, not what is above it, and both links", () => {
    const layout = { workdir: "/srv/app", writable: ["data", "a"], owner };
    const entries = [...applicationEntries([file("a/b")], layout, (content) => content)];
    expect(entries.map((member) => [member.path, member.owner.uid])).toEqual([
      ["opt/vox/", 0],
      ["opt/vox/node_modules", 0],
      ["srv/app/", 0],
      ["srv/app/.vox_modules", 0],
      ["srv/app/a/", 65532],
      ["srv/app/a/b", 0],
      ["srv/app/data/", 65532],
    ]);
  });

  test.each([
    ["a link out of the application", { kind: "symlink", path: "a", target: "../b" }, "FILE_KIND"],
    ["an absolute link", { kind: "symlink", path: "a", target: "/etc" }, "FILE_KIND"],
    ["a file where the link to the packages is", file(".vox_modules"), "ARCHIVE_PATH"],
    ["a path that breaks a rule", file("a:b"), "ARCHIVE_PATH"],
  ] as const)("an application may not hold %s", (_, content, code) => {
    expect(() => applicationEntries([content], { workdir: "/app", writable: [], owner }, (each) => each)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  test.each([["app"], ["/app/../etc"], ["/a:b"]])("`%s` is no workdir", (workdir) => {
    expect(() => applicationEntries([], { workdir, writable: [], owner }, (each) => each)).toThrow(
      expect.objectContaining({ code: "ARCHIVE_PATH" }),
    );
  });

  test("a file cannot lie below a link", () => {
    const files = [file("a/b"), { kind: "symlink", path: "a", target: "c" } as const];
    expect(() => applicationEntries(files, { workdir: "/app", writable: [], owner }, (each) => each)).toThrow(
      expect.objectContaining({ code: "ARCHIVE_PATH" }),
    );
  });
});

test("a PAX record's length counts itself", () => {
  for (let length = 0; length < 1100; length += 1) {
    const record = paxRecord("path", "x".repeat(length));
    expect(Number(record.split(" ")[0])).toBe(record.length);
  }
});
