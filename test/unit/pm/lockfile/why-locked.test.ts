import { describe, expect, it } from "vitest";
import { whyLines } from "../../../../src/cli/commands/why-text.ts";
import { packageNameKey, parsePackageName } from "../../../../src/core/package-name.ts";
import { activate } from "../../../../src/pm/lockfile/activate.ts";
import { buildLock, type ChosenPackage } from "../../../../src/pm/lockfile/build-lock.ts";
import { dependencyTree, dependentsTree, type TreeBranch } from "../../../../src/pm/lockfile/dependency-tree.ts";
import type { DesiredState } from "../../../../src/pm/lockfile/desired-state.ts";
import { lockGraph, type LockNode } from "../../../../src/pm/lockfile/lock-graph.ts";
import { parsePatchSource } from "../../../../src/pm/lockfile/requires-line.ts";
import { whyLocked } from "../../../../src/pm/lockfile/why-locked.ts";
import { asked, chosen } from "./lock-fixtures.ts";

const versionOf = (node: LockNode): string | undefined => (node.kind === "package" ? node.version : "0.1.0");

function explained(desired: DesiredState, packages: readonly ChosenPackage[], name: string) {
  const { lock } = buildLock(desired, packages, []);
  const graph = lockGraph(lock);
  const node = [...graph.packages, ...graph.projects].find((candidate) => candidate.name === name);
  if (!node) throw new Error(`no ${name}`);
  const patches = new Map(lock.patches.map((patch) => [packageNameKey(patch.name), patch.replacement]));
  const sources = new Map([...patches].map(([key, text]) => [key, parsePatchSource(text)]));
  const why = whyLocked(graph, node, graph.projects, sources);
  return { why, patch: patches.get(packageNameKey(name)), versionOf };
}

const pathsOf = ({ why }: ReturnType<typeof explained>): string[] =>
  why.reasons.map((way) => [...way.map(({ owner }) => owner.name), why.node.name].join(" > "));

describe("the reasons for a locked package", () => {
  it("are one for each requirement in the manifests that leads to it, each by its shortest way", () => {
    const packages = [
      chosen("a", "1.0.0", ["b ^1", "c ^1"]),
      chosen("b", "1.0.0", ["c ^1"]),
      chosen("c", "1.0.0", ["deep ^1"]),
      chosen("deep", "1.0.0"),
      chosen("aside", "1.0.0"),
    ];
    const found = explained(asked(["a ^1", "aside ^1", "b ^1", "dev c ^1"]), packages, "deep");
    expect(pathsOf(found)).toEqual(["app > c > deep", "app > a > c > deep", "app > b > c > deep"]);
  });

  it("end where packages ask for each other", () => {
    const packages = [chosen("a", "1.0.0", ["b ^1"]), chosen("b", "1.0.0", ["a ^1"])];
    expect(pathsOf(explained(asked(["a ^1"]), packages, "b"))).toEqual(["app > a > b"]);
    expect(pathsOf(explained(asked(["a ^1"]), packages, "a"))).toEqual(["app > a"]);
  });

  it("name the feature that turns an optional requirement on, whoever writes `-` or `_`", () => {
    const packages = [chosen("a", "1.0.0", ["z-std ^1 optional"], ["fast=dep:z_std", "slow="]), chosen("z-std", "1.0.0")];
    const found = explained(asked(["a ^1 +fast"]), packages, "z-std");
    expect(found.why.reasons[0]?.[1]?.because).toEqual(["fast"]);
  });
});

describe("the version of a locked package", () => {
  it.each<[string, readonly string[], string, object | undefined]>([
    ["a caret", ["b ^1.2"], "^1", { version: "2.0.0", admitted: false }],
    ["the lower of two", ["b >=1, <1.9"], "^1", { version: "1.9.0", admitted: false }],
    ["an exact version", ["b =1.3.0"], "^1", { version: "1.3.0", admitted: true }],
    ["at most", ["b <=1.5"], "^1", { version: "1.6.0", admitted: false }],
    ["an alternative without an end", ["b ^1||>=3"], "*", undefined],
    ["alternatives with an end", ["b ^1||^2"], "*", { version: "3.0.0", admitted: false }],
    ["nothing at all", ["b *"], ">=1", undefined],
    ["a tilde", ["b ~1.3"], "*", { version: "1.4.0", admitted: false }],
  ])("is limited by %s", (_, requires, own, ceiling) => {
    const lines = requires.map((line) => line.replaceAll(", ", ","));
    const found = explained(asked(["a ^1", `b ${own}`]), [chosen("a", "1.0.0", lines), chosen("b", "1.3.0")], "b");
    if (ceiling === undefined) expect(found.why.ceiling).toBeUndefined();
    else expect(found.why.ceiling).toMatchObject(ceiling);
  });

  it("names all who set the same limit", () => {
    const found = explained(asked(["a ^1", "b ^1.1"]), [chosen("a", "1.0.0", ["b ^1"]), chosen("b", "1.3.0")], "b");
    expect(whyLines(found)).toContain(
      "Why 1.3.0 and none higher: a (^1) and app (^1.1) leave out 2.0.0 and above, and below that vox.lock keeps what fits.",
    );
  });

  it.each<[string, DesiredState, readonly ChosenPackage[], string]>([
    [
      "nobody limits it",
      asked(["b *"]),
      [chosen("b", "1.3.0")],
      "Why 1.3.0 and none higher: nobody sets a limit, and vox.lock keeps what fits.",
    ],
    [
      "one asks for it exactly",
      asked(["b =1.3.0"]),
      [chosen("b", "1.3.0")],
      "Why 1.3.0 and none higher: app (=1.3.0) leaves out what is above 1.3.0.",
    ],
    [
      "a patch decides",
      { ...asked(["b ^1"]), patches: [{ name: parsePackageName("b"), replacement: "=1.3.0" }] },
      [chosen("b", "1.3.0")],
      "[patch.b] in your Vox.toml decides what is taken: =1.3.0",
    ],
    [
      "it is a folder",
      {
        ...asked(["b path:../b"]),
        pathPackages: [{ name: parsePackageName("b"), path: "../b", requires: [], featureTable: [] }],
      },
      [],
      "Its version is what the Vox.toml in its folder says.",
    ],
  ])("is told when %s", (_, desired, packages, line) => {
    expect(whyLines(explained(desired, packages, "b"))).toContain(line);
  });

  it("tells of a member that nobody asks for", () => {
    expect(whyLines(explained(asked([]), [], "app"))).toEqual([
      "app 0.1.0 is a package of this workspace: no other member asks for it",
    ]);
  });
});

describe("the tree", () => {
  const packages = [
    chosen("a", "1.0.0", ["b ^1"]),
    chosen("b", "1.0.0", ["c ^1"]),
    chosen("c", "1.0.0", ["b ^1", "d ^1"]),
    chosen("d", "1.0.0"),
  ];
  const { lock } = buildLock(asked(["a ^1", "dev c ^1"]), packages, []);
  const graph = lockGraph(lock);
  const { links } = activate(
    graph,
    graph.projects.map((node) => ({ node, features: ["default"], dev: true })),
  );
  const shape = ({ node, repeated, scope, branches }: TreeBranch): string =>
    `${node.name}${scope === "dev" ? "!" : ""}${repeated ? "*" : ""}${branches.length > 0 ? `(${branches.map(shape).join(" ")})` : ""}`;

  it("spreads each package out once, where it is nearest to the root, and marks it elsewhere", () => {
    expect(dependencyTree(links, graph.projects, {}).map(shape)).toEqual(["app(a(b(c*)) c!(b* d))"]);
  });

  it.each([
    [0, "app"],
    [1, "app(a c!)"],
    [2, "app(a(b) c!(b d))"],
  ])("ends at depth %i", (depth, expected) => {
    expect(dependencyTree(links, graph.projects, { depth }).map(shape)).toEqual([expected]);
  });

  it("is turned round for what depends on a package", () => {
    const roots = graph.packages.filter(({ name }) => name === "d");
    expect(dependentsTree(links, roots, {}).map(shape)).toEqual(["d(c(app! b(a(app) c*)))"]);
  });
});
