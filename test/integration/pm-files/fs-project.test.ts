import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageEntries } from "../../../src/archive/package-entries.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { collectBytes } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { applicationContent, digestFiles, packageContent, setIdPaths } from "../../../src/pm/files/content.ts";
import { openFileReader } from "../../../src/pm/files/fs-file-reader.ts";
import { readOuterRules } from "../../../src/pm/files/fs-outer-rules.ts";
import { openProjectFolder } from "../../../src/pm/files/fs-project-folder.ts";
import { listProjectFiles, type ProjectListing } from "../../../src/pm/files/list-project-files.ts";

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "vox-files-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (...path: string[]): string => join(dir, ...path);
const list = (symlinks: "keep" | "refuse" = "keep", exclude: readonly string[] = []): Promise<ProjectListing> =>
  listProjectFiles(openProjectFolder(dir), { include: [], exclude, outputFolders: [], symlinks });
const collect = (stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> =>
  collectBytes(stream, { maxBytes: 2 ** 30, what: "a test" });

describe("a project's folder on disk", () => {
  test("gives files with size and execute bit, and links as they are written", async () => {
    mkdirSync(at("bin"));
    writeFileSync(at("bin/run"), "#!/bin/sh\n", { mode: 0o700 });
    writeFileSync(at("empty"), "", { mode: 0o600 });
    symlinkSync("run", at("bin/alias"));
    symlinkSync("bin", at("folder"));
    expect((await list()).files).toEqual([
      { kind: "symlink", path: "bin/alias", target: "run" },
      { kind: "file", path: "bin/run", executable: true, sizeBytes: 10 },
      { kind: "file", path: "empty", executable: false, sizeBytes: 0 },
      { kind: "symlink", path: "folder", target: "bin" },
    ]);
  });

  test("tells of a setuid or setgid bit, which no archive keeps", async () => {
    for (const [name, mode] of [
      ["plain", 0o755],
      ["setuid", 0o4755],
      ["setgid", 0o2644],
    ] as const) {
      writeFileSync(at(name), "");
      chmodSync(at(name), mode);
    }
    const { files } = await list();
    expect(setIdPaths(files)).toEqual(["setgid", "setuid"]);
    expect((await digestFiles(openFileReader(dir), files)).map((file) => file.kind === "file" && file.mode)).toEqual([
      0o755, 0o644, 0o755,
    ]);
  });

  test("a link to a folder is not followed, not even in a circle", async () => {
    symlinkSync(".", at("self"));
    expect((await list()).files).toEqual([{ kind: "symlink", path: "self", target: "." }]);
  });

  test("a fifo is FILE_KIND", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    await expect(list()).rejects.toMatchObject({ code: "FILE_KIND", message: "`pipe` is a fifo" });
    expect((await list("keep", ["pipe"])).files).toEqual([]);
  });

  test("a socket is FILE_KIND", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at("s"), resolve));
    try {
      await expect(list()).rejects.toMatchObject({ code: "FILE_KIND", message: "`s` is a socket" });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("a name that is not UTF-8 is ARCHIVE_PATH and shown in escapes", async () => {
    writeFileSync(Buffer.concat([Buffer.from(at("n")), Buffer.of(0xff)]), "");
    await expect(list()).rejects.toMatchObject({ code: "ARCHIVE_PATH", message: "`n\\xff` is not UTF-8" });
  });

  test("a project that is not there is FILE_UNREADABLE", async () => {
    rmSync(dir, { recursive: true });
    await expect(list()).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  test("a rules file that is a link is no rules file, as git has it", async () => {
    writeFileSync(at("rules"), "a\n");
    writeFileSync(at("a"), "");
    symlinkSync("rules", at(".gitignore"));
    expect((await list()).files.map(({ path }) => path)).toEqual([".gitignore", "a", "rules"]);
  });
});

describe("rules above a project", () => {
  test("are read up to the root of the git tree", async () => {
    mkdirSync(at("repo/.git"), { recursive: true });
    mkdirSync(at("repo/packages/a"), { recursive: true });
    writeFileSync(at(".gitignore"), "outside");
    writeFileSync(at("repo/.gitignore"), "top");
    writeFileSync(at("repo/packages/.gitignore"), "nested");
    writeFileSync(at("repo/packages/a/.gitignore"), "own");
    expect(await readOuterRules(at("repo/packages/a"))).toEqual([
      { projectPath: "packages/a", text: "top" },
      { projectPath: "a", text: "nested" },
    ]);
    expect(await readOuterRules(at("repo"))).toEqual([]);
  });

  test("are none outside of git", async () => {
    mkdirSync(at("a"));
    writeFileSync(at(".gitignore"), "x");
    expect(await readOuterRules(at("a"))).toEqual([]);
  });
});

describe("reading a project's files", () => {
  const large = Buffer.alloc(1_000_000, "large ");

  test("gives content and digests, small and large", async () => {
    writeFileSync(at("small"), "small");
    writeFileSync(at("empty"), "");
    writeFileSync(at("large"), large, { mode: 0o755 });
    symlinkSync("small", at("link"));
    const reader = openFileReader(dir);
    expect(await digestFiles(reader, (await list()).files)).toEqual([
      { kind: "file", path: "empty", digest: digestOf(""), size: 0, mode: 0o644 },
      { kind: "file", path: "large", digest: digestOf(large), size: large.length, mode: 0o755 },
      { kind: "symlink", path: "link", target: "small" },
      { kind: "file", path: "small", digest: digestOf("small"), size: 5, mode: 0o644 },
    ]);
    expect(Buffer.from(await collect(reader.open("large"))).equals(large)).toBe(true);
  });

  test("a file that changes between listing and reading is FILE_CHANGED", async () => {
    writeFileSync(at("a"), "one");
    const { files } = await list();
    appendFileSync(at("a"), " more");
    const reader = openFileReader(dir);
    await expect(digestFiles(reader, files)).rejects.toMatchObject({ code: "FILE_CHANGED" });
    const tar = writeCanonicalTar(packageEntries(parsePackageName("demo"), packageContent(reader, files)));
    await expect(collect(tar)).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });

  test("a file that changes while it is read is FILE_CHANGED, even when its size and time are put back", async () => {
    writeFileSync(at("large"), large);
    const { atime, mtime } = statSync(at("large"));
    const reading = async (): Promise<void> => {
      let first = true;
      for await (const chunk of openFileReader(dir).open("large")) {
        if (!first || chunk.byteLength === 0) continue;
        first = false;
        writeFileSync(at("large"), Buffer.alloc(large.length, "other "));
        utimesSync(at("large"), atime, mtime);
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });

  test("a file that is gone, or became a link, is FILE_CHANGED; one that became a fifo is FILE_KIND and does not block", async () => {
    writeFileSync(at("a"), "a");
    writeFileSync(at("target"), "a");
    const reader = openFileReader(dir);
    unlinkSync(at("a"));
    await expect(collect(reader.open("a"))).rejects.toMatchObject({ code: "FILE_CHANGED" });
    symlinkSync("target", at("a"));
    await expect(collect(reader.open("a"))).rejects.toMatchObject({ code: "FILE_CHANGED" });
    unlinkSync(at("a"));
    execFileSync("mkfifo", [at("a")]);
    await expect(collect(reader.open("a"))).rejects.toMatchObject({ code: "FILE_KIND" });
  });

  test("a file that the system will not open is FILE_UNREADABLE", async () => {
    await expect(collect(openFileReader(dir).open("n".repeat(300)))).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  test("a link is no content of a package", async () => {
    symlinkSync("b", at("a"));
    const { files } = await list();
    expect(() => packageContent(openFileReader(dir), files)).toThrow(expect.objectContaining({ code: "FILE_KIND" }));
    expect(applicationContent(openFileReader(dir), files)).toEqual([{ kind: "symlink", path: "a", target: "b" }]);
    await expect(list("refuse")).rejects.toMatchObject({ code: "FILE_KIND" });
  });

  test("the same files give the same tar whatever the umask, the times and the order on disk", async () => {
    const tarDigest = async (): Promise<string> => {
      const content = packageContent(openFileReader(dir), (await list("refuse")).files);
      return digestOf(await collect(writeCanonicalTar(packageEntries(parsePackageName("demo"), content))));
    };
    writeFileSync(at("b"), "b");
    writeFileSync(at("a"), "a", { mode: 0o755 });
    const first = await tarDigest();
    rmSync(at("a"));
    rmSync(at("b"));
    writeFileSync(at("a"), "a", { mode: 0o711 });
    writeFileSync(at("b"), "b", { mode: 0o600 });
    utimesSync(at("a"), 1, 1);
    expect(await tarDigest()).toBe(first);
  });
});
