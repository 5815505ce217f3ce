import { describe, expect, it } from "vitest";
import { GitSession } from "../../../../src/pm/git/git-session.ts";
import type { GitSources } from "../../../../src/pm/git/git-sources.ts";
import { memorySnapshot } from "../../../support/memory-snapshot.ts";

const URL = "https://example.com/t.git";
const COMMIT = "a".repeat(40);

function counting() {
  const calls: string[] = [];
  let closed = 0;
  const sources: GitSources = {
    commitOf: (url, ref) => {
      calls.push(`${url} ${ref.kind}`);
      return Promise.resolve(COMMIT);
    },
    snapshot: ({ commit }) => {
      calls.push(commit);
      return Promise.resolve({
        ...memorySnapshot({ "Vox.toml": "x" }),
        [Symbol.asyncDispose]: () => Promise.resolve(void (closed += 1)),
      });
    },
  };
  return { sources, calls, closed: () => closed };
}

describe("a session", () => {
  it("asks each ref once, opens each commit once, and closes what it opened", async () => {
    const { sources, calls, closed } = counting();
    {
      await using session = new GitSession(sources, { offline: false });
      const ref = { kind: "branch", name: "main" } as const;
      await Promise.all([session.commitOf(URL, ref), session.commitOf(URL, ref)]);
      const at = { url: URL, commit: COMMIT };
      const trees = await Promise.all([session.tree(at), session.tree(at)]);
      expect(await trees[1]?.readText("Vox.toml")).toBe("x");
    }
    expect(calls).toEqual([`${URL} branch`, COMMIT]);
    expect(closed()).toBe(1);
  });

  it("asks nobody what a full commit id names", async () => {
    const { sources, calls } = counting();
    await using session = new GitSession(sources, { offline: false });
    expect(await session.commitOf(URL, { kind: "rev", name: COMMIT })).toBe(COMMIT);
    expect(calls).toEqual([]);
  });
});
