import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { VoxEvent } from "../../../src/core/events.ts";
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

const events: VoxEvent[] = [];
const describeFolder = (path = "") => processGit((event) => events.push(event)).describe(join(folder, path));

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

  it("is told with a way on when git refuses another user's repository, which then counts as outside git", async () => {
    git("init", "-q");
    commit({ a: "1" });
    events.length = 0;
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    expect(await describeFolder()).toEqual({ dirty: true, untracked: [] });
    vi.unstubAllEnvs();
    const place = realpathSync(folder);
    expect(events).toEqual([
      {
        kind: "warning",
        code: "GIT_DENIED",
        message: `git does not read \`${place}\`, which belongs to another user, so that it counts as outside git`,
        hint: `if you trust it, run \`git config --global --add safe.directory ${place}\``,
      },
    ]);
  });

  it("says nothing outside git", async () => {
    events.length = 0;
    await describeFolder();
    expect(events).toEqual([]);
  });

  it("runs nothing that the repository's configuration names", async () => {
    git("init", "-q");
    commit({ a: "1" });
    git("config", "core.fsmonitor", `touch ${join(folder, "ran")}`);
    expect(await describeFolder()).toMatchObject({ untracked: [] });
  });
});
