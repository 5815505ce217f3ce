import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { gitAskKey } from "../../../../src/pm/git/git-sources.ts";
import { keptCommits, lockedRefs } from "../../../../src/pm/git/locked-commits.ts";
import { buildLock, type ChosenPackage } from "../../../../src/pm/lockfile/build-lock.ts";
import type { DesiredState } from "../../../../src/pm/lockfile/desired-state.ts";
import { parseLock } from "../../../../src/pm/lockfile/parse-lock.ts";
import { renderLock } from "../../../../src/pm/lockfile/render-lock.ts";
import { staleReasons } from "../../../../src/pm/lockfile/staleness.ts";
import { asked, chosen } from "../lockfile/lock-fixtures.ts";

const T = "https://example.com/t.git";
const U = "ssh://git@example.com/u.git";
const [A = "", B = ""] = ["a", "b"].map((digit) => digit.repeat(40));

const fromGit = (name: string, url: string, commit: string, requires: readonly string[] = []): ChosenPackage => ({
  name: parsePackageName(name),
  version: "1.0.0",
  source: { kind: "git", url, commit, diffId: digestOf(name) },
  requires,
  featureTable: [],
});

const lockOf = (state: DesiredState, packages: readonly ChosenPackage[]) =>
  parseLock(renderLock(buildLock(state, packages, []).lock));

const desired = asked([`other git:${T}?tag=v3`, `templates git:${T}?tag=v3`]);
const packages = [fromGit("other", T, A), fromGit("templates", T, A, [`deep git:${U}?branch=main`]), fromGit("deep", U, B)];
const lock = lockOf(desired, packages);
const v3 = gitAskKey(T, { kind: "tag", name: "v3" });
const main = gitAskKey(U, { kind: "branch", name: "main" });

describe("the refs that a lock has locked", () => {
  it("are those that its own lines ask for, with every package of each", () => {
    expect([...lockedRefs(lock)].map(([key, { commit, names }]) => [key, commit, names])).toEqual([
      [v3, A, ["other", "templates"]],
      [main, B, ["deep"]],
    ]);
  });

  it("do not take a package's wish for the answer to a project's", () => {
    const state = asked([`deep git:${U}?tag=v1`, `templates git:${T}?tag=v3`]);
    const mixed = lockOf(state, [fromGit("deep", U, A), fromGit("templates", T, A, [`deep git:${U}?branch=main`])]);
    expect(lockedRefs(mixed).has(main)).toBe(false);
    expect(lockedRefs(mixed).get(gitAskKey(U, { kind: "tag", name: "v1" }))?.commit).toBe(A);
  });

  it("are heard from a patch, whatever is patched", () => {
    const state = { ...asked(["deep ^1"]), patches: [{ name: parsePackageName("deep"), replacement: `git:${U}?branch=main` }] };
    expect(lockedRefs(lockOf(state, [fromGit("deep", U, B)])).get(main)?.commit).toBe(B);
  });
});

describe("a new lock", () => {
  it.each([
    ["keeps every commit", undefined, [v3, main]],
    ["keeps none when all is updated", "all" as const, []],
    ["moves all packages of a ref with one of them", new Set([parsePackageName("templates")]), [main]],
    ["keeps what has nothing to do with the update", new Set([parsePackageName("deep")]), [v3]],
  ])("%s", (_rule, unlocked, keys) => {
    expect([...keptCommits([lock], unlocked).keys()].sort()).toEqual([...keys].sort());
  });

  it("keeps our side's commit of a merge where the two differ", () => {
    const theirs = lockOf(asked([`other git:${T}?tag=v3`]), [fromGit("other", T, B)]);
    expect(keptCommits([lock, theirs], undefined).get(v3)).toBe(A);
    expect(keptCommits([theirs, lock], undefined).get(v3)).toBe(B);
    expect(keptCommits([theirs, lock], undefined).get(main)).toBe(B);
  });
});

describe("a lock with packages of git", () => {
  it.each<[string, DesiredState]>([["is fresh while nothing is changed", desired]])("%s", (_when, state) => {
    expect(staleReasons(lock, state)).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ["another tag", [`other git:${T}?tag=v4`, `templates git:${T}?tag=v3`]],
    ["a branch of the tag's name", [`other git:${T}?branch=v3`, `templates git:${T}?tag=v3`]],
    ["the default branch", [`other git:${T}`, `templates git:${T}?tag=v3`]],
    ["another repository", [`other git:${U}?tag=v3`, `templates git:${T}?tag=v3`]],
    ["a registry", ["other ^1", `templates git:${T}?tag=v3`]],
    ["another commit by its id", [`other git:${T}?rev=${B}`, `templates git:${T}?tag=v3`]],
  ])("is stale when %s is asked for", (_what, requires) => {
    expect(staleReasons(lock, asked(requires))).not.toEqual([]);
  });

  it("is stale when its commit is not the one that is asked for by its id", () => {
    const state = asked([`other git:${T}?rev=${A}`]);
    expect(staleReasons(lockOf(state, [fromGit("other", T, A)]), state)).toEqual([]);
    expect(staleReasons(lockOf(state, [fromGit("other", T, B)]), state)).toEqual([
      `\`other\` is asked at \`${A}\` and locked at \`${B}\``,
    ]);
  });

  it("is stale when a package of a registry stands where one of git is asked for", () => {
    const state = asked([`other git:${T}?tag=v3`]);
    expect(staleReasons(lockOf(state, [chosen("other", "1.0.0")]), state)).toEqual([
      `\`other\` is asked from \`${T}\` and locked elsewhere`,
    ]);
  });

  it.each(["ext::sh -c touch", "http://example.com/t.git", "https://me:secret@example.com/t.git", "-oProxyCommand=x"])(
    "is refused when its source is `git+%s`",
    (url) => {
      const text = renderLock(lock).replaceAll(`git+${T}#`, `git+${url}#`);
      expect(() => parseLock(text)).toThrow(expect.objectContaining({ code: "LOCK_INVALID" }));
      expect(() => parseLock(text)).not.toThrow("secret");
    },
  );
});
