import { describe, expect, test } from "vitest";
import { type ListOptions, listProjectFiles, type ProjectListing } from "../../../../src/pm/files/list-project-files.ts";
import { MemoryFolder, type MemoryFile } from "./memory-folder.ts";

const list = (files: Readonly<Record<string, MemoryFile>>, options: Partial<ListOptions> = {}): Promise<ProjectListing> =>
  listProjectFiles(new MemoryFolder(files), { include: [], exclude: [], outputFolders: [], symlinks: "keep", ...options });

const pathsOf = async (files: Readonly<Record<string, MemoryFile>>, options?: Partial<ListOptions>): Promise<string[]> =>
  (await list(files, options)).files.map(({ path }) => path);

const reasonsOf = async (
  files: Readonly<Record<string, MemoryFile>>,
  options?: Partial<ListOptions>,
): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await list(files, options)).reasons.map(({ path, verdict }) => [
      path,
      `${verdict.by}${verdict.kind === "left-out" ? ` (${verdict.rule})` : ""}`,
    ]),
  );

const files = (...paths: string[]): Record<string, string> => Object.fromEntries(paths.map((path) => [path, ""]));

describe("which files enter", () => {
  test("all, sorted by UTF-8 bytes, when no rule speaks", async () => {
    expect(await pathsOf(files("b", "a/x", "a-b", "\u{10000}", "\uFFFD", "Vox.toml"))).toEqual([
      "Vox.toml",
      "a-b",
      "a/x",
      "b",
      "\uFFFD",
      "\u{10000}",
    ]);
  });

  test.each<[string, Record<string, string>, Partial<ListOptions>, string[]]>([
    ["what .gitignore hides is out", { ".gitignore": "*.log\n", ...files("a.log", "b") }, {}, [".gitignore", "b"]],
    [
      "a nested .gitignore counts from its folder",
      { "s/.gitignore": "/x\n", ...files("x", "s/x", "s/t/x") },
      {},
      ["s/.gitignore", "s/t/x", "x"],
    ],
    [
      "a nested .gitignore shows again",
      { ".gitignore": "*.log", "s/.gitignore": "!a.log", ...files("a.log", "s/a.log") },
      {},
      [".gitignore", "s/.gitignore", "s/a.log"],
    ],
    [
      "nothing shows again in a hidden folder",
      { ".gitignore": "s/", "s/.gitignore": "!a", ...files("s/a") },
      {},
      [".gitignore"],
    ],
    [
      "include beats .gitignore",
      { ".gitignore": "dist/", ...files("dist/a.js", "dist/b.map", "src") },
      { include: ["dist/*.js"] },
      [".gitignore", "dist/a.js", "src"],
    ],
    [
      "include of a folder takes all in it",
      { ".gitignore": "dist/\n*.map", ...files("dist/a.js", "dist/d/b.map", "c.map") },
      { include: ["dist/"] },
      [".gitignore", "dist/a.js", "dist/d/b.map"],
    ],
    [
      "include of a name takes it at any depth",
      { ".gitignore": "n/", ...files("n/a/x.wasm", "n/a/y") },
      { include: ["*.wasm"] },
      [".gitignore", "n/a/x.wasm"],
    ],
    ["include adds, it does not choose", files("a", "b"), { include: ["a"] }, ["a", "b"]],
    ["exclude beats include", files("a/x", "a/y"), { include: ["a/"], exclude: ["a/x"] }, ["a/y"]],
    [".voxignore beats include", { ".voxignore": "x", ...files("a/x", "a/y") }, { include: ["a/"] }, [".voxignore", "a/y"]],
    ["a nested .voxignore counts from its folder", { "a/.voxignore": "/x", ...files("a/x", "x") }, {}, ["a/.voxignore", "x"]],
    [
      "a .voxignore in a folder that git hides still speaks",
      { ".gitignore": "d", "d/.voxignore": "x", ...files("d/x", "d/y") },
      { include: ["d/*"], exclude: [] },
      [".gitignore", "d/.voxignore", "d/y"],
    ],
    ["exclude with an exception", files("t/a", "t/b"), { exclude: ["t/*", "!t/b"] }, ["t/b"]],
    [
      "the output folder is out, whatever include says",
      files("dist/oci-layout/index.json", "dist/a"),
      { include: ["dist/"], outputFolders: ["./dist/oci-layout/"] },
      ["dist/a"],
    ],
    ["only that output folder is", files("out/a", "src/out/a"), { outputFolders: ["out"] }, ["src/out/a"]],
    ["case counts", { ".gitignore": "*.LOG", ...files("a.log", "b.LOG") }, {}, [".gitignore", "a.log"]],
  ])("%s", async (_, tree, options, expected) => {
    expect(await pathsOf(tree, options)).toEqual(expected);
  });

  test("never secrets, never what is derived, at no depth, whatever include says", async () => {
    const never = [
      ".git/config",
      ".vox_modules/a/b",
      "vox.lock",
      ".env",
      ".env.local",
      "a/.envrc",
      "tls/server.key",
      "tls/server.PEM",
      "tls/ca.pem",
      ".npmrc",
      "a/vox.lock",
      "a/.git",
    ];
    expect(await pathsOf(files("a/b", "tls/notes", ...never), { include: ["*", ".env*", "**/*.key"] })).toEqual([
      "a/b",
      "tls/notes",
    ]);
  });

  test("names that only look like those stay", async () => {
    const tree = files("environment", "a.env", "keys", "monkey", "b.pem.txt", ".gitattributes", "vox.lock.md", ".npmrc.sample");
    expect(await pathsOf(tree)).toEqual(Object.keys(tree).sort());
  });
});

describe("rules above the project", () => {
  const outerRules = [
    { projectPath: "packages/a", text: "*.log\n/packages/a/tmp\n/x" },
    { projectPath: "a", text: "!keep.log" },
  ];

  test("hide and show as git has it", async () => {
    expect(await pathsOf(files("b.log", "keep.log", "tmp/a", "x", "y"), { outerRules })).toEqual(["keep.log", "x", "y"]);
  });

  test("do not count when they hide the whole project", async () => {
    expect(
      await pathsOf(files("b.log", "c"), { outerRules: [{ projectPath: "packages/a", text: "packages/\n*.log" }] }),
    ).toEqual(["b.log", "c"]);
  });

  test("the project's own rules come after them", async () => {
    expect(await pathsOf({ ".gitignore": "!b.log", ...files("b.log") }, { outerRules })).toEqual([".gitignore", "b.log"]);
  });
});

describe("each path has a reason", () => {
  test("that names the rule and where it is written", async () => {
    const tree = {
      ".gitignore": "# made\n*.log\ndist/\n",
      "s/.voxignore": "notes",
      ...files("a.log", "dist/a", "dist/b", "s/notes", "b", "t/x", ".env", "out/x"),
    };
    expect(await reasonsOf(tree, { include: ["dist/a"], exclude: ["t"], outputFolders: ["out"] })).toEqual({
      ".env": "always (.env*)",
      ".gitignore": "default",
      "a.log": "gitignore (.gitignore: *.log)",
      b: "default",
      "dist/": "gitignore (.gitignore: dist/)",
      "dist/a": "include",
      "out/": "output (out/)",
      "s/.voxignore": "default",
      "s/notes": "voxignore (s/.voxignore: notes)",
      "t/": "exclude (exclude: t)",
    });
  });

  test("a hidden folder is not looked into, unless include may reach below it", async () => {
    const folder = new MemoryFolder({
      ".gitignore": "node_modules/\nbuild/\nweb/out/",
      ...files("node_modules/a/b", "build/x/y", "web/out/a", "src/a"),
    });
    await listProjectFiles(folder, {
      include: ["build/*/y", "web/out/*.html"],
      exclude: [],
      outputFolders: [],
      symlinks: "keep",
    });
    expect(folder.listed.sort()).toEqual(["", "build", "build/x", "src", "web", "web/out"]);
  });
});

describe("what is no regular file", () => {
  test("a relative link that stays inside is kept for an application", async () => {
    expect((await list({ "a/b": { link: "../c" }, c: "#!x" })).files).toEqual([
      { kind: "symlink", path: "a/b", target: "../c" },
      { kind: "file", path: "c", executable: true, sizeBytes: 3 },
    ]);
  });

  test.each<[string, MemoryFile, Partial<ListOptions>, string]>([
    ["a link to outside", { link: "../../x" }, {}, "outside the project"],
    ["an absolute link", { link: "/etc/passwd" }, {}, "outside the project"],
    ["any link in a package", { link: "b" }, { symlinks: "refuse" }, "a package holds none"],
    ["a fifo", { other: "a fifo" }, {}, "is a fifo"],
  ])("%s is FILE_KIND with a way out", async (_, file, options, message) => {
    await expect(list({ "a/b": file }, options)).rejects.toMatchObject({
      code: "FILE_KIND",
      message: expect.stringContaining(message),
      hint: expect.stringContaining("exclude"),
    });
  });

  test("one that is left out is no error", async () => {
    expect(await pathsOf({ a: "", f: { other: "a fifo" }, l: { link: "/x" } }, { exclude: ["f", "l"] })).toEqual(["a"]);
  });
});

describe("paths follow the archive's rules", () => {
  test.each([[["a:b"]], [["README", "readme"]], [["A/x", "a/y"]], [["nul"]], [["e\u0301"]]])(
    "%j is ARCHIVE_PATH",
    async (paths) => {
      await expect(list(files(...paths))).rejects.toMatchObject({ code: "ARCHIVE_PATH" });
    },
  );

  test("but not those of files that are left out", async () => {
    expect(await pathsOf(files("a:b", "c"), { exclude: ["a:b"] })).toEqual(["c"]);
  });
});
