import { mkdtemp, mkdir, readdir, readFile, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { descriptorFor, streamOfText } from "./content.ts";
import type { Repository } from "../../../src/oci/content-store.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { fsOutput } from "../../../src/runtime/fs-output.ts";

let folder = "";
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "vox-output-")));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const fillWith =
  (text: string) =>
  async (layout: Repository): Promise<string> => {
    const descriptor = descriptorFor(text);
    await layout.push(descriptor, streamOfText(text));
    return text;
  };

const holds = (dir: string, text: string): Promise<boolean> => new FsLayoutStore(dir).exists(descriptorFor(text));

describe("a layout that replaces another", () => {
  it("stands in a folder that is made for it, and nothing beside it stays", async () => {
    const dir = join(folder, "a/b/layout");
    expect(await fsOutput.replaceLayout(dir, fillWith("one"))).toBe("one");
    await fsOutput.replaceLayout(dir, fillWith("two"));
    expect([await holds(dir, "one"), await holds(dir, "two")]).toEqual([false, true]);
    expect(await readdir(join(folder, "a/b"))).toEqual(["layout"]);
  });

  it("leaves the old one when filling the new one fails", async () => {
    const dir = join(folder, "layout");
    await fsOutput.replaceLayout(dir, fillWith("old"));
    const failing = fsOutput.replaceLayout(dir, async (layout) => {
      await fillWith("new")(layout);
      throw new Error("stopped");
    });
    await expect(failing).rejects.toThrow("stopped");
    expect([await holds(dir, "old"), await holds(dir, "new")]).toEqual([true, false]);
    expect(await readdir(folder)).toEqual(["layout"]);
  });

  it("is one of them, whole, when eight are written at once", async () => {
    const dir = join(folder, "layout");
    const texts = Array.from({ length: 8 }, (_, number) => `layout ${number}`);
    await Promise.all(texts.map((text) => fsOutput.replaceLayout(dir, fillWith(text))));
    const found = await Promise.all(texts.map((text) => holds(dir, text)));
    expect(found.filter((held) => held)).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["layout"]);
  });

  it("takes away what a killed process left an hour ago, and nothing younger or of another name", async () => {
    const beside = (name: string): string => `.${name}.00000000-0000-0000-0000-000000000000.vox`;
    for (const name of ["layout", "other"]) await mkdir(join(folder, beside(name)));
    const young = ".layout.11111111-1111-1111-1111-111111111111.vox";
    await mkdir(join(folder, young));
    for (const name of ["layout", "other"]) await utimes(join(folder, beside(name)), 1, 1);
    await fsOutput.replaceLayout(join(folder, "layout"), fillWith("one"));
    expect((await readdir(folder)).sort()).toEqual([beside("other"), young, "layout"].sort());
  });

  it("never takes the place of files that are no layout", async () => {
    await writeFile(join(folder, "mine.txt"), "mine");
    const writing = fsOutput.replaceLayout(folder, fillWith("one"));
    await expect(writing).rejects.toMatchObject({ code: "CANNOT_WRITE", hint: "name another folder with `--out DIR`" });
    expect(await readdir(folder)).toEqual(["mine.txt"]);
  });

  it("is refused where a file stands", async () => {
    await writeFile(join(folder, "file"), "mine");
    const writing = fsOutput.replaceLayout(join(folder, "file"), fillWith("one"));
    await expect(writing).rejects.toMatchObject({ code: "CANNOT_WRITE" });
    expect(await readFile(join(folder, "file"), "utf8")).toBe("mine");
  });
});

describe("a file that is written", () => {
  it("replaces the old one when it is whole, and not before", async () => {
    const path = join(folder, "a/file.tar");
    await fsOutput.writeFile(path, streamOfText("old"));
    await fsOutput.writeFile(path, streamOfText("new"));
    const broken = (async function* () {
      yield* streamOfText("half");
      throw new Error("stopped");
    })();
    await expect(fsOutput.writeFile(path, broken)).rejects.toThrow("stopped");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(join(folder, "a"))).toEqual(["file.tar"]);
  });
});
