import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FsProjectFiles } from "../../../src/pm/manifest/fs-project-files.ts";
import { FileObserver, stillHold } from "../../../src/pm/manifest/observed-files.ts";
import type { ProjectFiles } from "../../../src/pm/manifest/project-files.ts";

/* What was read is noted, and holds exactly as long as reading it again gives the same. */

describe("what was observed", () => {
  let folder: string;
  const files = new FsProjectFiles("/");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vox-observed-"));
    mkdirSync(join(folder, "members/a"), { recursive: true });
    writeFileSync(join(folder, "Vox.toml"), "[package]\n");
    symlinkSync("members", join(folder, "link"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function observe(read: (observed: ProjectFiles) => Promise<unknown>): Promise<FileObserver> {
    const observer = new FileObserver();
    await read(observer.observed(new FsProjectFiles(folder), (path) => resolve(folder, path)));
    return observer;
  }

  async function holdsAfter(read: (observed: ProjectFiles) => Promise<unknown>, change: () => void): Promise<boolean> {
    const { observations } = await observe(read);
    expect(await stillHold(files, observations ?? [])).toBe(true);
    change();
    return stillHold(files, observations ?? []);
  }

  const readManifest = (observed: ProjectFiles): Promise<unknown> => observed.readText("Vox.toml");
  const readAbsent = (observed: ProjectFiles): Promise<unknown> => observed.readText("../Vox.toml.none");
  const listMembers = (observed: ProjectFiles): Promise<unknown> => observed.listFolders("members");
  const followLink = (observed: ProjectFiles): Promise<unknown> => observed.realFolder("link");

  it.each([
    ["a text changed", readManifest, (at: string) => writeFileSync(join(at, "Vox.toml"), "[package]\n#\n")],
    ["a file is gone", readManifest, (at: string) => rmSync(join(at, "Vox.toml"))],
    ["a file came", readAbsent, (at: string) => writeFileSync(join(at, "../Vox.toml.none"), "")],
    ["a folder came", listMembers, (at: string) => mkdirSync(join(at, "members/b"))],
    ["a folder is gone", listMembers, (at: string) => rmSync(join(at, "members/a"), { recursive: true })],
    ["a folder became a file", followLink, (at: string) => rmSync(join(at, "members"), { recursive: true })],
  ] as const)("no longer holds when %s", async (_what, read, change) => {
    try {
      expect(await holdsAfter(read, () => change(folder))).toBe(false);
    } finally {
      rmSync(join(folder, "../Vox.toml.none"), { force: true });
    }
  });

  it.each([
    [
      "a file is written anew with the same text",
      readManifest,
      (at: string) => writeFileSync(join(at, "Vox.toml"), "[package]\n"),
    ],
    ["a file came that nobody asked for", listMembers, (at: string) => writeFileSync(join(at, "members/note"), "")],
  ] as const)("holds when %s", async (_what, read, change) => {
    expect(await holdsAfter(read, () => change(folder))).toBe(true);
  });

  it("is nothing when a file changed between two readings", async () => {
    const observer = await observe(async (observed) => {
      await observed.readText("Vox.toml");
      writeFileSync(join(folder, "Vox.toml"), "[workspace]\n");
      await observed.readText("Vox.toml");
    });
    expect(observer.observations).toBeUndefined();
  });
});
