import { describe, expect, it } from "vitest";
import { collectBytes } from "../../../../src/core/byte-stream.ts";
import { listProjectFiles } from "../../../../src/pm/files/list-project-files.ts";
import { RepositoryTree } from "../../../../src/pm/git/repository-tree.ts";
import { memorySnapshot } from "../../../support/memory-snapshot.ts";

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12345\n`;

const tree = new RepositoryTree(
  memorySnapshot({
    ".gitignore": "*.log\n",
    "Vox.toml": "top",
    "a/Vox.toml": "in a",
    "a/.gitignore": "build/\n",
    "a/.voxignore": "notes.md\n",
    "a/b/c.vox": "c",
    "a/build/out": "o",
    "a/forced.log": "l",
    "a/notes.md": "n",
    "a/run": { program: "#!/bin/sh\n" },
    "a/big.bin": POINTER,
    "link.toml": { link: "Vox.toml" },
    "sub/module": { submodule: "0".repeat(40) },
  }),
);

const read = (path: string) => collectBytes(tree.reader("a").open(path), { maxBytes: 1000, what: path });

describe("the tree of a commit", () => {
  it("gives texts of regular files and follows no link", async () => {
    expect(await tree.readText("a/../Vox.toml")).toBe("top");
    expect(await tree.readText("link.toml")).toBeUndefined();
    expect(await tree.readText("../Vox.toml")).toBeUndefined();
    expect(await tree.readText("none")).toBeUndefined();
  });

  it("has folders for what its paths pass through", async () => {
    expect(await tree.listFolders(".")).toEqual(["a", "sub"]);
    expect(await tree.listFolders("a")).toEqual(["b", "build"]);
    expect(await tree.realFolder("a/")).toBe("/repository/a");
    expect(await tree.realFolder("..")).toBeUndefined();
    expect(tree.foldersWith("Vox.toml")).toEqual([".", "a"]);
  });

  it("is selected from as a folder on disk is, rules above it among them", async () => {
    const listing = await listProjectFiles(tree.projectFolder("a"), {
      include: [],
      exclude: [],
      outputFolders: ["b"],
      symlinks: "refuse",
      outerRules: await tree.outerRules("a"),
    });
    expect(listing.files.map(({ path }) => path)).toEqual([".gitignore", ".voxignore", "Vox.toml", "big.bin", "run"]);
    expect(listing.files.at(-1)).toMatchObject({ kind: "file", executable: true });
  });

  it("refuses a submodule", async () => {
    await expect(tree.projectFolder(".").inspect("sub/module")).rejects.toMatchObject({ code: "GIT_REFUSED" });
  });

  it("refuses a pointer into Git LFS when the file is read", async () => {
    expect(Buffer.from(await read("run")).toString()).toBe("#!/bin/sh\n");
    await expect(read("big.bin")).rejects.toMatchObject({ code: "GIT_REFUSED" });
  });
});
