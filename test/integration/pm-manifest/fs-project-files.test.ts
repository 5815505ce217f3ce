import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FsProjectFiles } from "../../../src/pm/manifest/fs-project-files.ts";
import { projectFolder } from "./project-folder.ts";

describe("reading a file of the project", () => {
  test("gives its text, byte order mark and CRLF kept", async () => {
    const folder = await projectFolder({ "a/Vox.toml": "\uFEFFx = 1\r\n" });
    expect(await new FsProjectFiles(folder).readText("a/Vox.toml")).toBe("\uFEFFx = 1\r\n");
    expect(await new FsProjectFiles(join(folder, "a")).readText("../a/Vox.toml")).toBe("\uFEFFx = 1\r\n");
  });

  test("gives nothing when there is none, not even the folder", async () => {
    const files = new FsProjectFiles(await projectFolder({ file: "" }));
    expect(await files.readText("gone")).toBeUndefined();
    expect(await files.readText("gone/Vox.toml")).toBeUndefined();
    expect(await files.readText("file/Vox.toml")).toBeUndefined();
  });

  test.each<[string, (folder: string) => Promise<unknown>, string]>([
    ["a folder", (folder) => mkdir(join(folder, "Vox.toml")), "`Vox.toml` is a folder, not a file"],
    [
      "not UTF-8",
      (folder) => writeFile(join(folder, "Vox.toml"), Buffer.from([0x61, 0xff, 0xfe])),
      "`Vox.toml` is not UTF-8 text",
    ],
    [
      "a link to itself",
      (folder) => symlink("Vox.toml", join(folder, "Vox.toml")),
      "`Vox.toml` is a link that leads to itself",
    ],
  ])("is refused when it is %s", async (_, make, message) => {
    const folder = await projectFolder({});
    await make(folder);
    await expect(new FsProjectFiles(folder).readText("Vox.toml")).rejects.toMatchObject({ code: "FILE_UNREADABLE", message });
  });
});

describe("a fifo where a file should be", () => {
  test("is refused at once, not waited for", async () => {
    const folder = await projectFolder({});
    execFileSync("mkfifo", [join(folder, "Vox.toml")]);
    await expect(new FsProjectFiles(folder).readText("Vox.toml")).rejects.toMatchObject({
      code: "FILE_KIND",
      message: "`Vox.toml` is no regular file",
    });
  });
});

describe("listing folders", () => {
  test("names real folders, sorted, and no links", async () => {
    const folder = await projectFolder({ "b/x": "", "a/x": "", file: "" });
    await symlink("a", join(folder, "c"));
    const files = new FsProjectFiles(folder);
    expect(await files.listFolders(".")).toEqual(["a", "b"]);
    expect(await files.listFolders("gone")).toEqual([]);
    expect(await files.listFolders("file")).toEqual([]);
  });

  test("one folder is one, whatever link leads to it", async () => {
    const folder = await projectFolder({ "a/x": "", file: "" });
    await symlink("a", join(folder, "link"));
    await symlink("loop", join(folder, "loop"));
    const files = new FsProjectFiles(folder);
    expect(await files.realFolder("link")).toBe(await files.realFolder("a"));
    expect(await files.realFolder("gone")).toBeUndefined();
    expect(await files.realFolder("file")).toBeUndefined();
    await expect(files.realFolder("loop")).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });
});

describe("writing a file", () => {
  test("replaces it whole, keeps its mode, and leaves nothing beside it", async () => {
    const folder = await projectFolder({ "Vox.toml": "old" });
    await chmod(join(folder, "Vox.toml"), 0o640);
    await new FsProjectFiles(folder).writeAtomic("Vox.toml", "new");
    expect(await readFile(join(folder, "Vox.toml"), "utf8")).toBe("new");
    expect((await stat(join(folder, "Vox.toml"))).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(["Vox.toml"]);
  });

  test("makes one that was not there", async () => {
    const folder = await projectFolder({});
    await new FsProjectFiles(folder).writeAtomic("vox.lock", "text");
    expect(await readFile(join(folder, "vox.lock"), "utf8")).toBe("text");
  });

  test("goes through a link, which stays one", async () => {
    const folder = await projectFolder({ "real/Vox.toml": "old" });
    await symlink("real/Vox.toml", join(folder, "Vox.toml"));
    await new FsProjectFiles(folder).writeAtomic("Vox.toml", "new");
    expect((await lstat(join(folder, "Vox.toml"))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, "real/Vox.toml"), "utf8")).toBe("new");
  });

  test("into a folder that does not exist is refused, with nothing written", async () => {
    const folder = await projectFolder({});
    await expect(new FsProjectFiles(folder).writeAtomic("gone/Vox.toml", "x")).rejects.toMatchObject({
      code: "CANNOT_WRITE",
      exitCode: 73,
      message: "`gone/Vox.toml` cannot be written: its folder does not exist",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("over a folder is refused, and what was beside it is gone again", async () => {
    const folder = await projectFolder({ "Vox.toml/x": "" });
    await expect(new FsProjectFiles(folder).writeAtomic("Vox.toml", "x")).rejects.toMatchObject({ code: "CANNOT_WRITE" });
    expect(await readdir(folder)).toEqual(["Vox.toml"]);
  });

  test("to a file system that takes no files is refused", async () => {
    await expect(new FsProjectFiles("/proc/self").writeAtomic("Vox.toml", "x")).rejects.toMatchObject({ code: "CANNOT_WRITE" });
  });

  test("where this user may not write is refused, and the old file stays", async () => {
    const folder = await projectFolder({ "Vox.toml": "old" });
    await chmod(folder, 0o555);
    await asOrdinaryUser(async () => {
      await expect(new FsProjectFiles(folder).writeAtomic("Vox.toml", "x")).rejects.toMatchObject({
        code: "CANNOT_WRITE",
        message: "`Vox.toml` cannot be written: this user may not write there",
      });
    });
    await chmod(folder, 0o755);
    expect(await readFile(join(folder, "Vox.toml"), "utf8")).toBe("old");
  });

  test("that this user may not read is refused", async () => {
    const folder = await projectFolder({ "Vox.toml": "old" });
    await chmod(join(folder, "Vox.toml"), 0o000);
    await chmod(folder, 0o755);
    await asOrdinaryUser(async () => {
      await expect(new FsProjectFiles(folder).readText("Vox.toml")).rejects.toMatchObject({
        code: "FILE_UNREADABLE",
        message: "`Vox.toml` may not be read by this user",
      });
    });
  });
});

/** The rights of files do not bind root: a test that runs as root steps down for a moment. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  const before = process.geteuid?.();
  if (before === 0) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (before === 0) process.seteuid?.(0);
  }
}
