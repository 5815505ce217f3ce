import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { gzipStream } from "../../../src/archive/gzip.ts";
import { refuseMachineCode } from "../../../src/archive/machine-code.ts";
import { packageEntries } from "../../../src/archive/package-entries.ts";
import { brokenPathRule } from "../../../src/archive/package-paths.ts";
import {
  capBytes,
  type ExpectedArchive,
  type ReadArchive,
  readPackageArchive,
} from "../../../src/archive/read-package-archive.ts";
import { type ContentFile, fileOfBytes } from "../../../src/archive/tar-entry.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { collect, inChunks } from "./vector-content.ts";
import { rawMember, type RawMember, rawTar } from "./tampered-tar.ts";

const demo = parsePackageName("demo");
const TAR = "application/vnd.oci.image.layer.v1.tar";
const GZIP = `${TAR}+gzip`;
const toml = fileOfBytes("Vox.toml", Buffer.from('[package]\nname = "demo"\nversion = "1.0.0"\n'));

const tarOf = (files: readonly ContentFile[]): Promise<Uint8Array> => collect(writeCanonicalTar(packageEntries(demo, files)));
const read = (bytes: Uint8Array, expected: Partial<ExpectedArchive> = {}): Promise<ReadArchive> =>
  readPackageArchive(
    streamOf(bytes),
    { name: demo, mediaType: TAR, sizeBytes: bytes.byteLength, ...expected },
    async () => undefined,
  );

describe("what was written is read back", () => {
  const component = fc.stringMatching(/^[a-cA-C0-9._é語😀-]{1,12}$/u);
  const path = fc.array(component, { minLength: 1, maxLength: 14 }).map((parts) => parts.join("/"));
  const anyFile = fc.record({ path, bytes: fc.uint8Array({ maxLength: 1500 }), executable: fc.boolean() });

  test("any files, in any chunks, plain or gzip", async () => {
    const anyPackage = fc.tuple(fc.array(anyFile, { maxLength: 8 }), fc.integer({ min: 1, max: 3000 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(anyPackage, async ([generated, chunkBytes, gzip]) => {
        const files = [toml, ...canCoexist(generated).map((file) => fileOfBytes(file.path, file.bytes, file))];
        const tar = await tarOf(files);
        const blob = gzip ? await collect(gzipStream(streamOf(tar))) : tar;
        const seen = new Map<string, Uint8Array>();
        const expected = { name: demo, mediaType: gzip ? GZIP : TAR, sizeBytes: blob.byteLength, diffId: digestOf(tar) };
        const result = await readPackageArchive(inChunks(blob, chunkBytes), expected, async (file, content) => {
          seen.set(file.path, await collect(content));
        });
        expect(result.diffId).toBe(digestOf(tar));
        expect(result.files.map((file) => file.path).sort()).toEqual(files.map((file) => file.path).sort());
        for (const file of files) {
          const bytes = await collect(file.open());
          expect(Buffer.from(seen.get(file.path) ?? []).equals(bytes)).toBe(true);
          expect(result.files).toContainEqual({
            path: file.path,
            executable: file.executable,
            sizeBytes: file.sizeBytes,
            digest: digestOf(bytes),
          });
        }
      }),
      { numRuns: 80 },
    );
  });

  /** Leaves out what the path rules refuse, alone or together. */
  function canCoexist<T extends { readonly path: string }>(files: readonly T[]): readonly T[] {
    const kept: T[] = [];
    for (const file of files) {
      if (brokenPathRule(file.path.normalize("NFC")) !== undefined || file.path.normalize("NFC") !== file.path) continue;
      try {
        packageEntries(
          demo,
          [toml, ...kept, file].map((each) => fileOfBytes(each.path, new Uint8Array())),
        );
        kept.push(file);
      } catch {
        continue;
      }
    }
    return kept;
  }

  test("a sink that reads only the beginning loses nothing for the next file", async () => {
    const tar = await tarOf([toml, fileOfBytes("a", Buffer.alloc(5000, 1)), fileOfBytes("b", Buffer.alloc(10, 2))]);
    const blob = inChunks(tar, 100);
    const result = await readPackageArchive(
      blob,
      { name: demo, mediaType: TAR, sizeBytes: tar.byteLength },
      async (_, content) => {
        for await (const chunk of content) if (chunk.byteLength > 0) break;
      },
    );
    expect(result.files.map(({ digest }) => digest)).toEqual([
      digestOf(await collect(toml.open())),
      digestOf(Buffer.alloc(5000, 1)),
      digestOf(Buffer.alloc(10, 2)),
    ]);
  });

  test("the manifest's bytes are given back", async () => {
    const result = await read(await tarOf([toml, fileOfBytes("lib/Vox.toml", Buffer.from("another"))]));
    expect(Buffer.from(result.manifest).toString()).toContain('name = "demo"');
  });

  test("a sink that fails ends the reading with its own error", async () => {
    const tar = await tarOf([toml]);
    const failing = readPackageArchive(streamOf(tar), { name: demo, mediaType: TAR, sizeBytes: tar.byteLength }, () =>
      Promise.reject(new Error("disk full")),
    );
    await expect(failing).rejects.toThrow("disk full");
  });
});

const folders: readonly RawMember[] = [{ path: "opt/vox/" }, { path: "opt/vox/modules/" }, { path: "opt/vox/modules/demo/" }];
const at = (path: string, rest: Partial<RawMember> = {}): RawMember => ({ path: `opt/vox/modules/demo/${path}`, ...rest });
const manifest = at("Vox.toml", { content: "x" });
const long = `${"d".repeat(60)}/${"e".repeat(60)}`;
const paxOf = (path: string, rest: Partial<RawMember> = {}): Buffer =>
  rawMember({ path: "PaxHeader", type: "x", content: path, ...rest });
const record = (path: string): string => `${Buffer.byteLength(path) + 9} path=${path}\n`;

test("the tampered archives below are refused for their one fault: without it they are read", async () => {
  const tar = rawTar([...folders, manifest, at("a/"), at("a/b", { content: "y" })]);
  expect(await read(tar)).toMatchObject({ files: [{ path: "Vox.toml" }, { path: "a/b" }] });
  expect(
    await read(rawTar([...folders, manifest, paxOf(record("opt/vox/modules/demo/é")), { path: "PaxPath", content: "z" }])),
  ).toMatchObject({
    files: [{ path: "Vox.toml" }, { path: "é" }],
  });
});

describe("an archive that is not the canonical archive of its content is refused", () => {
  const good = [...folders, manifest];
  test.each<[string, Buffer, string, string?]>([
    ["nothing at all", Buffer.alloc(0), "breaks off"],
    ["two zero blocks alone", Buffer.alloc(1024), "no `Vox.toml`"],
    ["no manifest", rawTar([...folders, at("a", { content: "x" })]), "no `Vox.toml`"],
    ["no zero blocks", rawTar(good, Buffer.alloc(0)), "breaks off"],
    ["one zero block", rawTar(good, Buffer.alloc(512)), "breaks off"],
    ["a third zero block", rawTar(good, Buffer.alloc(1536)), "follows the archive's end"],
    ["blocking to ten kibibytes", rawTar(good, Buffer.alloc(10240)), "follows the archive's end"],
    ["a trailing byte", rawTar(good, Buffer.alloc(1025)), "follows the archive's end"],
    ["a zero block between members", rawTar([...folders, Buffer.alloc(512), manifest]), "a single zero block"],
    ["content cut off", rawTar([...good, at("a", { content: "abc" })]).subarray(0, -1100), "breaks off"],
    ["a duplicate file", rawTar([...good, manifest]), "there twice", "ARCHIVE_INVALID"],
    ["a duplicate directory", rawTar([...folders, at(""), manifest]), "there twice"],
    ["a wrong order", rawTar([...good, at("b"), at("a")]), "stands after"],
    ["an empty directory", rawTar([...good, at("a/"), at("b")]), "empty directory"],
    ["an empty directory at the end", rawTar([...good, at("a/")]), "empty directory"],
    ["a directory that is no member", rawTar([...good, at("a/b")]), "in a directory that is no member"],
    ["no folders above", rawTar([manifest]), "in a directory that is no member"],
    ["`opt/` as a member", rawTar([{ path: "opt/" }, ...good]), "outside"],
    [
      "another package's files",
      rawTar([...folders, manifest, { path: "opt/vox/modules/evil/" }, { path: "opt/vox/modules/evil/a" }]),
      "outside",
    ],
    ["a file where the package's folder is", rawTar([...folders.slice(0, 2), { path: "opt/vox/modules/demo" }]), "outside"],
    [
      "a symbolic link",
      rawTar([...good, at("a", { type: "2", fields: { linkname: "b", mode: "0000777\0" } })]),
      "is a symbolic link",
    ],
    ["a hard link", rawTar([...good, at("a", { type: "1", fields: { linkname: "b" } })]), "is a hard link"],
    ["a character device", rawTar([...good, at("a", { type: "3" })]), "is a character device"],
    ["a block device", rawTar([...good, at("a", { type: "4" })]), "is a block device"],
    ["a fifo", rawTar([...good, at("a", { type: "6" })]), "is a fifo"],
    ["an old tar's file type", rawTar([...good, at("a", { type: "\0" })]), "a member of type"],
    ["a GNU long name", rawTar([...good, { path: "././@LongLink", type: "L", content: "x" }]), "is a GNU long name"],
    ["a global PAX header", rawTar([{ path: "g", type: "g", content: "30 mtime=1\n" }, ...good]), "is a global PAX header"],
    ["mode 0600", rawTar([...good, at("a", { fields: { mode: "0000600\0" } })]), "canonical: `mode`"],
    ["set-user-id", rawTar([...good, at("a", { fields: { mode: "0004755\0" } })]), "canonical: `mode`"],
    ["a mode in spaces", rawTar([...good, at("a", { fields: { mode: "   644 \0" } })]), "`mode` is not octal"],
    [
      "a directory's size",
      rawTar([...folders, manifest, at("a/", { fields: { size: "00000000001\0" } })]),
      "canonical: `size`",
    ],
    ["a uid", rawTar([...good, at("a", { fields: { uid: "0001750\0" } })]), "does not belong to root"],
    ["a gid", rawTar([...good, at("a", { fields: { gid: "0001750\0" } })]), "does not belong to root"],
    ["a short uid", rawTar([...good, at("a", { fields: { uid: "0\0" } })]), "canonical: `uid`"],
    ["a time", rawTar([...good, at("a", { fields: { mtime: "14000000000\0" } })]), "canonical: `mtime`"],
    ["a user's name", rawTar([...good, at("a", { fields: { uname: "root" } })]), "canonical: `uname`"],
    ["a group's name", rawTar([...good, at("a", { fields: { gname: "root" } })]), "canonical: `gname`"],
    ["GNU's magic", rawTar([...good, at("a", { fields: { magic: "ustar  \0" } })]), "canonical: `magic`"],
    ["a base-256 size", rawTar([...good, at("a", { fields: { size: "\u0000" } })]), "`size` is not octal"],
    ["a wrong checksum", rawTar([...good, at("a", { fields: { checksum: "000000\0 " } })]), "not canonical"],
    ["bytes behind the name's NUL", rawTar([...good, at("a\0b")]), "not canonical"],
    ["bytes behind the prefix", rawTar([...good, at("a", { fields: { padding: "x" } })]), "not canonical"],
    ["a device number", rawTar([...good, at("a", { fields: { devmajor: "0000001\0" } })]), "not canonical"],
    ["a link's name on a file", rawTar([...good, at("a", { fields: { linkname: "b" } })]), "canonical: `linkname`"],
    [
      "another split of a short path",
      rawTar([...good, at("", { fields: { name: "a", prefix: "opt/vox/modules/demo" }, type: "0" })]),
      "not canonical",
    ],
    ["a directory without its slash", rawTar([...good, at("a", { type: "5" }), at("a/b")]), "not how a directory is written"],
    ["a file with a slash", rawTar([...good, at("a/", { type: "0" })]), "not how a file is written"],
    [
      "PAX where ustar would do",
      rawTar([...good, paxOf(record("opt/vox/modules/demo/a")), { path: "PaxPath" }]),
      "PAX header that it does not need",
    ],
    [
      "PAX and another path in the header",
      rawTar([...good, paxOf(record("opt/vox/modules/demo/é")), at("evil")]),
      "not canonical",
    ],
    [
      "PAX with another name",
      rawTar([...good, paxOf(record("opt/vox/modules/demo/é"), { path: "PaxHeaders.0" }), { path: "PaxPath" }]),
      "not canonical",
    ],
    [
      "PAX with a time",
      rawTar([...good, paxOf(`${record("opt/vox/modules/demo/é")}11 mtime=1\n`), { path: "PaxPath" }]),
      "not canonical",
    ],
    [
      "PAX with a size",
      rawTar([...good, paxOf(`10 size=5\n${record("opt/vox/modules/demo/é")}`), { path: "PaxPath" }]),
      "not canonical",
    ],
    [
      "PAX with two paths",
      rawTar([...good, paxOf(record("opt/vox/modules/demo/è") + record("opt/vox/modules/demo/é")), { path: "PaxPath" }]),
      "not canonical",
    ],
    ["PAX of a wrong length", rawTar([...good, paxOf("99 path=é\n"), { path: "PaxPath" }]), "length is wrong"],
    ["PAX of no length", rawTar([...good, paxOf("path=é\n"), { path: "PaxPath" }]), "length is wrong"],
    ["two PAX headers", rawTar([...good, paxOf(record("é")), paxOf(record("é")), { path: "PaxPath" }]), "before no member"],
    ["PAX at the end", rawTar([...good, paxOf(record("é"))]), "before no member"],
    [
      "an enormous PAX header",
      rawTar([...good, paxOf("x".repeat(20_000)), { path: "PaxPath" }]),
      "a PAX header has 20000 bytes",
    ],
    [
      "a name that is not UTF-8",
      Buffer.from(
        rawTar([...good, at("a")])
          .toString("latin1")
          .replace("demo/a\0", "demo/\xff\0"),
        "latin1",
      ),
      "is not UTF-8",
    ],
    ["raw UTF-8 in the header", rawTar([...good, at("é")]), "lacks a PAX header"],
    [
      "a long path by prefix that is split elsewhere",
      rawTar([
        ...good,
        at(`${"d".repeat(60)}/`),
        { path: `${"e".repeat(60)}/`, fields: { prefix: `opt/vox/modules/demo/${"d".repeat(60)}` } },
        { path: `${"e".repeat(60)}/f`, fields: { prefix: `opt/vox/modules/demo/${"d".repeat(60)}` } },
      ]),
      "not canonical",
    ],
    ["padding that is not zero", padded(rawTar([...good, at("a", { content: "abc" })])), "fills the last block"],
    ["an absolute path", rawTar([...good, { path: "/etc/passwd" }]), "is absolute", "ARCHIVE_PATH"],
    ["a path that climbs", rawTar([...good, at("../../x")]), "climbs", "ARCHIVE_PATH"],
    ["a Windows device", rawTar([...good, at("nul")]), "Windows reserves", "ARCHIVE_PATH"],
    ["`.git`", rawTar([...folders, at(".git/"), at(".git/config"), manifest]), "holds `.git`", "ARCHIVE_PATH"],
    ["names that differ in case alone", rawTar([...folders, at("README"), manifest, at("readme")]), "one name", "ARCHIVE_PATH"],
    ["a file and a directory of one name", rawTar([...good, at("a"), at("a/"), at("a/b")]), "there twice", "ARCHIVE_PATH"],
  ])("%s", async (_, tar, message, code = "ARCHIVE_INVALID") => {
    for (const chunkBytes of [tar.length || 1, 300]) {
      const reading = readPackageArchive(
        inChunks(tar, chunkBytes),
        { name: demo, mediaType: TAR, sizeBytes: tar.length },
        async () => undefined,
      );
      await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    }
  });

  function padded(tar: Buffer): Buffer {
    const changed = Buffer.from(tar);
    changed[tar.length - 1024 - 1] = 1;
    return changed;
  }

  test("any one changed byte of a tar that uses every rule is refused, or changes content alone", async () => {
    const tar = Buffer.from(
      await tarOf([
        toml,
        fileOfBytes(`${long}/f`, Buffer.from("12345")),
        fileOfBytes("é", Buffer.from("z"), { executable: true }),
      ]),
    );
    const diffId = digestOf(tar);
    for (let index = 0; index < tar.length; index += 1) {
      const changed = Buffer.from(tar);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await expect(read(changed, { diffId })).rejects.toMatchObject({
        code: expect.stringMatching(/^(ARCHIVE_(INVALID|PATH)|CONTENT_MISMATCH)$/),
      });
    }
  });
});

describe("an archive is what the lock says", () => {
  test("another diff-id", async () => {
    await expect(read(await tarOf([toml]), { diffId: digestOf("other") })).rejects.toMatchObject({ code: "CONTENT_MISMATCH" });
  });

  test("another package's name", async () => {
    await expect(read(await tarOf([toml]), { name: parsePackageName("other") })).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
    });
  });

  test.each([["application/vnd.oci.image.layer.v1.tar+zstd"], ["application/octet-stream"]])(
    "`%s` is not how a package is stored",
    async (mediaType) => {
      await expect(read(await tarOf([toml]), { mediaType })).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    },
  );

  test("gzip with a second member or a byte after it", async () => {
    const gzip = gzipSync(await tarOf([toml]));
    expect(await read(gzip, { mediaType: GZIP })).toMatchObject({ files: [{ path: "Vox.toml" }] });
    await expect(read(Buffer.concat([gzip, gzipSync("")]), { mediaType: GZIP })).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
    });
    await expect(read(Buffer.concat([gzip, Buffer.of(0)]), { mediaType: GZIP })).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
    });
  });
});

describe("an archive unpacks to at most the larger of 512 MiB and 20 times its size", () => {
  test.each([
    [0, 512 * 2 ** 20],
    [25 * 2 ** 20, 512 * 2 ** 20],
    [100 * 2 ** 20, 2000 * 2 ** 20],
  ])("%d bytes", (sizeBytes, cap) => expect(capBytes(sizeBytes)).toBe(cap));

  test("a bomb is given up on at the limit", async () => {
    const zeros = async function* (): AsyncIterable<Uint8Array> {
      yield rawTar([...folders, manifest, at("bomb", { fields: { size: "77777777777\0" } })], Buffer.alloc(0));
      const chunk = new Uint8Array(2 ** 20);
      for (let count = 0; count < 540; count += 1) yield chunk;
    };
    const blob = await collect(gzipStream(zeros()));
    expect(blob.byteLength).toBeLessThan(1_000_000);
    await expect(read(blob, { mediaType: GZIP })).rejects.toMatchObject({ code: "ARCHIVE_TOO_LARGE" });
  }, 60_000);

  test("a manifest over a mebibyte", async () => {
    await expect(read(await tarOf([fileOfBytes("Vox.toml", new Uint8Array(2 ** 20 + 1))]))).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
    });
  });
});

describe("machine code is found by its first bytes", () => {
  test.each<[string, readonly number[], string | undefined]>([
    ["ELF", [0x7f, 0x45, 0x4c, 0x46, 2, 1], "ELF"],
    ["Mach-O, 64 bits", [0xcf, 0xfa, 0xed, 0xfe], "Mach-O"],
    ["Mach-O, 32 bits, the other way round", [0xfe, 0xed, 0xfa, 0xce], "Mach-O"],
    ["Mach-O, universal", [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2], "Mach-O"],
    ["a Java class", [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52], undefined],
    ["PE", [0x4d, 0x5a, 0x90, 0, 3, 0], "PE"],
    ["text that begins with MZ", [...Buffer.from("MZ is a postal code")], undefined],
    ["WebAssembly", [0, 0x61, 0x73, 0x6d], undefined],
    ["an empty file", [], undefined],
  ])("%s", async (_, bytes, kind) => {
    const result = await read(await tarOf([toml, fileOfBytes("bin/x", Uint8Array.from(bytes))]));
    expect(result.machineCode).toEqual(kind === undefined ? [] : [{ path: "bin/x", kind }]);
    const refuse = (): void => refuseMachineCode(result.machineCode, []);
    if (kind) expect(refuse).toThrow(expect.objectContaining({ code: "PLATFORM_UNDECLARED" }));
    else expect(refuse).not.toThrow();
    expect(() => refuseMachineCode(result.machineCode, ["linux/amd64"])).not.toThrow();
  });
});
