import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processGit } from "../../../src/runtime/process-git.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vox-git-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const IDENTITY = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
const git = (...args: string[]): string =>
  execFileSync("git", [...IDENTITY, ...args], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

function commit(files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git("add", "-A");
  git("commit", "-q", "-m", "x");
  return git("rev-parse", "HEAD");
}

const describeFolder = (path = "") => processGit().describe(join(folder, path));

describe("what git says of a folder", () => {
  it("is nothing outside of git, and before the first commit", async () => {
    expect(await describeFolder()).toEqual({ dirty: true, untracked: [] });
    git("init", "-q");
    expect(await describeFolder()).toEqual({ dirty: true, untracked: [] });
  });

  it("is the commit, also of a detached head", async () => {
    git("init", "-q");
    const revision = commit({ a: "1" });
    expect(await describeFolder()).toEqual({ revision, dirty: false, untracked: [] });
    git("checkout", "-q", "--detach");
    expect(await describeFolder()).toEqual({ revision, dirty: false, untracked: [] });
  });

  it("counts changes of the folder alone, and names untracked files as seen from it", async () => {
    git("init", "-q");
    const revision = commit({ "in/a": "1", "out/b": "1", ".gitignore": "*.tmp\n" });
    writeFileSync(join(folder, "out/b"), "2");
    writeFileSync(join(folder, "in/new file"), "");
    writeFileSync(join(folder, "in/x.tmp"), "");
    expect(await describeFolder("in")).toMatchObject({
      revision,
      dirty: false,
      untracked: ["new file"],
    });
    expect(await describeFolder("out")).toEqual({ revision, dirty: true, untracked: [] });
  });

  it("runs nothing that the repository's configuration names", async () => {
    git("init", "-q");
    commit({ a: "1" });
    git("config", "core.fsmonitor", `touch ${join(folder, "ran")}`);
    expect(await describeFolder()).toMatchObject({ untracked: [] });
  });
});
