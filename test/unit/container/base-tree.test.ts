import { describe, expect, it } from "vitest";
import type { ForeignMember } from "../../../src/archive/foreign-members.ts";
import { BaseTree } from "../../../src/container/base-image/base-tree.ts";
import { foldersAbove, isOddWorkdir } from "../../../src/container/plan/workdir-place.ts";

const folder = (path: string, mode = 0o755, uid = 0): ForeignMember => ({
  kind: "directory",
  path,
  mode,
  uid,
  gid: uid,
  target: "",
});
const link = (path: string, target: string): ForeignMember => ({
  kind: "symlink",
  path,
  target,
  mode: 0o777,
  uid: 0,
  gid: 0,
});
const file = (path: string): ForeignMember => ({ kind: "other", path, target: "", mode: 0o644, uid: 0, gid: 0 });

async function placeOn(layers: readonly (readonly ForeignMember[])[], workdir: string) {
  const tree = new BaseTree();
  for (const members of layers)
    await tree.add(
      (async function* () {
        yield* members;
      })(),
    );
  const { workdir: real, above } = tree.place(workdir);
  return { real, above: above.map(({ path, mode, owner }) => `${path} ${mode.toString(8)} ${owner.uid}:${owner.gid}`) };
}

describe("the directories above a workdir", () => {
  it.each<[string, readonly (readonly ForeignMember[])[], string, string, readonly string[]]>([
    ["are as the base has them", [[folder("tmp/", 0o1777)]], "/tmp/app", "/tmp/app", ["tmp/ 1777 0:0"]],
    [
      "are root's where the base lacks them",
      [[folder("./home"), folder("./home/node", 0o750, 1000)]],
      "/home/node/a/app",
      "/home/node/a/app",
      ["home/ 755 0:0", "home/node/ 750 1000:1000", "home/node/a/ 755 0:0"],
    ],
    [
      "are as the highest layer has them",
      [[folder("data", 0o700)], [folder("data", 0o1777, 5)]],
      "/data/app",
      "/data/app",
      ["data/ 1777 5:5"],
    ],
    [
      "are where relative links lead",
      [[folder("var"), folder("var/home", 0o711), link("home", "var/home")]],
      "/home/app",
      "/var/home/app",
      ["var/ 755 0:0", "var/home/ 711 0:0"],
    ],
    [
      "are where absolute and climbing links lead, and never above the root",
      [[link("a", "/b/c"), folder("b"), link("b/c", "../../../d"), folder("d", 0o711)]],
      "/a/app",
      "/d/app",
      ["d/ 711 0:0"],
    ],
    ["do not follow the workdir itself", [[link("app", "srv"), folder("srv")]], "/app", "/app", []],
    [
      "forget what a whiteout takes away",
      [[folder("data", 0o700), folder("data/in", 0o700)], [file(".wh.data")]],
      "/data/in/app",
      "/data/in/app",
      ["data/ 755 0:0", "data/in/ 755 0:0"],
    ],
    [
      "forget what an opaque directory hides, and keep what its layer adds",
      [
        [folder("data"), folder("data/old", 0o700)],
        [folder("data/new", 0o711), file("data/.wh..wh..opq")],
      ],
      "/data/old/app",
      "/data/old/app",
      ["data/ 755 0:0", "data/old/ 755 0:0"],
    ],
    [
      "forget a directory that a link or a file replaces, and what was in it",
      [[folder("data", 0o700), folder("data/in", 0o700)], [file("data")], [folder("data")]],
      "/data/in/app",
      "/data/in/app",
      ["data/ 755 0:0", "data/in/ 755 0:0"],
    ],
  ])("%s", async (_name, layers, workdir, real, above) => {
    expect(await placeOn(layers, workdir)).toEqual({ real, above });
  });

  it("cannot be links in a circle", async () => {
    await expect(placeOn([[link("a", "b"), link("b", "a")]], "/a/app")).rejects.toMatchObject({ code: "BASE_IMAGE_UNUSABLE" });
  });
});

describe("an odd workdir", () => {
  it.each([
    ["/app", false],
    ["/", false],
    ["/usr/src/app", false],
    ["/srv/app/", false],
    ["/home/app", false],
    ["/tmp/app", true],
    ["/home/node/app", true],
    ["/var/www/html", true],
  ])("`%s`: %s", (workdir, odd) => expect(isOddWorkdir(workdir)).toBe(odd));

  it("has above it each directory once, from the top", () => {
    expect(foldersAbove("/home/node/app/")).toEqual(["home", "home/node"]);
    expect(foldersAbove("/app")).toEqual([]);
  });
});
