import { describe, expect, it } from "vitest";
import { commitInAnswer, isAbbreviation, refCandidates } from "../../../../src/pm/git/remote-refs.ts";
import type { GitRef } from "../../../../src/pm/manifest/requirement.ts";

const [A = "", B = "", C = ""] = ["a", "b", "c"].map((digit) => digit.repeat(40));
const answer = (...lines: readonly [string, string][]): string => lines.map(([id, ref]) => `${id}\t${ref}\n`).join("");

describe("a ref among those of a repository", () => {
  it.each<[string, GitRef, string, string | undefined]>([
    ["HEAD stands for the default branch", { kind: "default" }, answer([A, "HEAD"], [B, "refs/heads/main"]), A],
    ["a branch is a head", { kind: "branch", name: "main" }, answer([A, "refs/heads/main"], [B, "refs/tags/main"]), A],
    ["a tag is a tag", { kind: "tag", name: "main" }, answer([A, "refs/heads/main"], [B, "refs/tags/main"]), B],
    [
      "an annotated tag is the commit it names",
      { kind: "tag", name: "v1" },
      answer([A, "refs/tags/v1"], [B, "refs/tags/v1^{}"]),
      B,
    ],
    [
      "a name of which it is the end is another",
      { kind: "tag", name: "v1" },
      answer([A, "refs/tags/old/refs/tags/v1"]),
      undefined,
    ],
    [
      "a revision is a tag before it is a branch",
      { kind: "rev", name: "x" },
      answer([A, "refs/heads/x"], [B, "refs/tags/x"]),
      B,
    ],
    ["a revision is a branch where there is no tag", { kind: "rev", name: "x" }, answer([A, "refs/heads/x"]), A],
    ["a full ref is that ref", { kind: "rev", name: "refs/pull/7/head" }, answer([C, "refs/pull/7/head"]), C],
    ["no answer is no commit", { kind: "branch", name: "main" }, "", undefined],
    [
      "an id of another length is no commit",
      { kind: "branch", name: "main" },
      answer([`${A}${A}`, "refs/heads/main"]),
      undefined,
    ],
  ])("%s", (_rule, ref, text, commit) => {
    expect(commitInAnswer(text, refCandidates(ref))).toBe(commit);
  });

  it.each<[GitRef, boolean]>([
    [{ kind: "rev", name: "deadbeef" }, true],
    [{ kind: "rev", name: "dead" }, true],
    [{ kind: "rev", name: "dea" }, false],
    [{ kind: "rev", name: "v1" }, false],
    [{ kind: "branch", name: "deadbeef" }, false],
  ])("%j may be the beginning of an id: %s", (ref, expected) => {
    expect(isAbbreviation(ref)).toBe(expected);
  });
});
