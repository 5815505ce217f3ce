import { describe, expect, it } from "vitest";
import { EXIT } from "../../../../src/errors/catalogue-entry.ts";
import { factsOf, type Derivation } from "../../../../src/pm/resolver/derivation.ts";
import { resolutionError } from "../../../../src/pm/resolver/failure.ts";
import { resolveSync } from "../../../../src/pm/resolver/resolve-with.ts";
import { FAILED } from "./scenarios-failed.ts";
import { solve, world } from "./world.ts";

describe("a failure", () => {
  it.each(FAILED)("ends in a hint and exits by its code: %s", (_, text) => {
    const outcome = solve(text);
    if (outcome.kind === "resolved") throw new Error("it was resolved");
    const error = resolutionError(outcome);
    expect(error.hint).toMatch(/`|\[patch\./);
    expect([EXIT.failed, EXIT.data]).toContain(error.exitCode);
    for (const line of error.message.split("\n")) expect(line).not.toMatch(/\.$|undefined|\bdep:|kind:/);
  });

  it.each([
    ["project app: ghost ^1", "PACKAGE_UNKNOWN"],
    ["project app: a ^1\na 1.0.0: ghost ^1", "PACKAGE_UNKNOWN"],
    ["project app: a ^1\na 1.0.0 application:", "DEPENDENCY_KIND"],
    ["project app: skill a ^1\na 1.0.0:", "DEPENDENCY_KIND"],
    ["project app: a git", "DEPENDENCY_UNSUPPORTED"],
    ["project app: a ^2\na 1.0.0:", "NO_SOLUTION"],
    ["project app: a ^1, x ^1\na 1.0.0: ghost ^1\na 1.1.0: x ^2\nx 1.0.0:\nx 2.0.0:", "NO_SOLUTION"],
    ["project app: a ^1\nproject web: a ^1 from corp\na 1.0.0:\ncorp/a 1.0.0:", "SOURCE_CONFLICT"],
  ])("of %j has the code %s", (text, code) => {
    const outcome = solve(text);
    expect(outcome.kind === "resolved" ? undefined : resolutionError(outcome).code).toBe(code);
  });

  it("carries a tree whose every step follows from two others, down to facts", () => {
    const outcome = solve("project app: a ^1, b ^1\na 1.0.0: x ^1\nb 1.0.0: x ^2\nx 1.0.0:\nx 2.0.0:");
    if (outcome.kind !== "no-solution") throw new Error("it was resolved");
    const steps = (tree: Derivation): number => (tree.kind === "fact" ? 0 : 1 + steps(tree.causes[0]) + steps(tree.causes[1]));
    expect(
      factsOf(outcome.tree)
        .map((leaf) => leaf.statement)
        .sort(),
    ).toEqual([
      "`app` asks for `a` ^1",
      "`app` asks for `b` ^1",
      "every version of `a` depends on `x` ^1",
      "every version of `b` depends on `x` ^2",
    ]);
    expect(steps(outcome.tree)).toBe(3);
  });

  it("names a remedy only if it was tried and works", () => {
    const text = "project app: menu ^1, icons ^1\nmenu 1.0.0: icons ^2\nicons 1.0.0:\nicons 2.3.0:";
    const outcome = solve(text);
    expect(outcome.kind === "no-solution" ? outcome.hint : "").toContain("vox add icons@^2.3.0");
    expect(solve(text.replace("icons ^1", "icons ^2.3.0")).kind).toBe("resolved");
  });
});

describe("what a lock prefers", () => {
  const text = "project app: a ^1, b ^1\nlock a 1.0.0\nlock b 1.0.0\na 1.0.0:\na 1.1.0:\nb 1.0.0:\nb 1.1.0:";

  it("is let go for all names by `unlocked: all`", () => {
    const { request, table } = world(text);
    const outcome = resolveSync({ ...request, unlocked: "all" }, table);
    expect(outcome.kind === "resolved" ? outcome.resolution.packages.map((item) => item.version) : []).toEqual([
      "1.1.0",
      "1.1.0",
    ]);
  });

  it("does not keep a version that the registry no longer lists", () => {
    const { request, table } = world(text.replace("\na 1.0.0:", ""));
    const outcome = resolveSync(request, table);
    expect(outcome.kind === "resolved" ? outcome.resolution.packages.map((item) => item.version) : []).toEqual([
      "1.1.0",
      "1.0.0",
    ]);
  });
});
