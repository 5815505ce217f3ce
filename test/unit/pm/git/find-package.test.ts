import { describe, expect, it } from "vitest";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { findPackage, neighbourFolders } from "../../../../src/pm/git/find-package.ts";
import { gitRequirements } from "../../../../src/pm/git/git-requirements.ts";
import { RepositoryTree } from "../../../../src/pm/git/repository-tree.ts";
import { type Planted, packageToml } from "../../../support/git-repository.ts";
import { memorySnapshot } from "../../../support/memory-snapshot.ts";

const at = { url: "https://example.com/t.git", commit: "a".repeat(40) };
const name = parsePackageName("http-router");
const treeOf = (files: Readonly<Record<string, Planted>>) => new RepositoryTree(memorySnapshot(files));
const find = (files: Readonly<Record<string, Planted>>) => findPackage(treeOf(files), name, at);

const workspace = (members: string): string => `[workspace]\nmembers = [${members}]\n[workspace.package]\nversion = "4.5.6"\n`;

describe("the package of a repository that bears a name", () => {
  it.each<[string, Readonly<Record<string, Planted>>, string]>([
    ["stands at the top", { "Vox.toml": packageToml("http-router", "1.0.0") }, "."],
    ["is a workspace member", { "Vox.toml": workspace('"p/*"'), "p/r/Vox.toml": packageToml("http-router", "1.0.0") }, "p/r"],
    ["lies in any folder", { "deep/er/Vox.toml": packageToml("http-router", "1.0.0") }, "deep/er"],
    ["is the same with `_`", { "r/Vox.toml": packageToml("http_router", "1.0.0") }, "r"],
    [
      "is the one at the top where an example bears its name",
      { "Vox.toml": packageToml("http-router", "1.0.0"), "examples/x/Vox.toml": packageToml("http-router", "0.0.1") },
      ".",
    ],
    [
      "is the member where a fixture bears its name",
      {
        "Vox.toml": workspace('"p/*"'),
        "p/r/Vox.toml": packageToml("http-router", "1.0.0"),
        "fixtures/Vox.toml": packageToml("http-router", "9.0.0"),
      },
      "p/r",
    ],
    [
      "is found beside a manifest that is broken",
      { "Vox.toml": packageToml("http-router", "1.0.0"), "fixtures/bad/Vox.toml": 'name = "http-router"\n[[[' },
      ".",
    ],
  ])("%s", async (_rule, files, folder) => {
    expect((await find(files)).folder).toBe(folder);
  });

  it("inherits from its own workspace", async () => {
    const files = {
      "Vox.toml": workspace('"r"'),
      "r/Vox.toml": '[package]\nname = "http-router"\nversion = { workspace = true }\n',
    };
    expect((await find(files)).manifest.package.version).toBe("4.5.6");
  });

  it.each<[string, Readonly<Record<string, Planted>>, string]>([
    ["is nowhere", { "Vox.toml": packageToml("other", "1.0.0") }, "GIT_PACKAGE_UNKNOWN"],
    ["is in no empty repository", {}, "GIT_PACKAGE_UNKNOWN"],
    [
      "hides behind a link",
      { "Vox.toml": { link: "real.toml" }, "real.toml": packageToml("http-router", "1.0.0") },
      "GIT_PACKAGE_UNKNOWN",
    ],
    [
      "is two packages",
      { "a/Vox.toml": packageToml("http-router", "1.0.0"), "b/Vox.toml": packageToml("http-router", "1.0.0") },
      "GIT_PACKAGE_UNKNOWN",
    ],
    ["has a broken manifest", { "Vox.toml": packageToml("http-router", "one") }, "VERSION_INVALID"],
  ])("is refused when it %s", async (_rule, files, code) => {
    await expect(find(files)).rejects.toMatchObject({ code: expect.stringMatching(new RegExp(`${code}|MANIFEST_INVALID`)) });
    await expect(find(files)).rejects.toThrow(at.commit);
  });
});

describe("what a package of a repository asks", () => {
  const files = {
    "Vox.toml": `${packageToml("http-router", "1.0.0")}[dependencies]\ntokenizer = { path = "lib/tokenizer" }\nslug = "^2"\n[dev-dependencies]\ntest-kit = "1"\n`,
    "lib/tokenizer/Vox.toml": packageToml("tokenizer", "2.0.0"),
  };

  it("is its repository at its commit where it asks for a path, and nothing for its own development", async () => {
    const { requirements, neighbours } = gitRequirements(await find(files), at);
    expect(requirements.map(({ name: asked, source }) => [asked, source])).toEqual([
      ["slug", { kind: "registry", registry: "default", range: "^2" }],
      ["tokenizer", { kind: "git", url: at.url, ref: { kind: "rev", name: at.commit } }],
    ]);
    expect(neighbours.map(({ folder }) => folder)).toEqual(["lib/tokenizer"]);
  });

  it("leaves its neighbours' folders to them", async () => {
    expect(await neighbourFolders(treeOf(files), await find(files))).toEqual(["lib/tokenizer"]);
  });

  it.each(["../other", "../../etc", "/etc"])("is refused when it asks for the path `%s`", async (path) => {
    const outside = { "Vox.toml": `${packageToml("http-router", "1.0.0")}[dependencies]\nother = { path = "${path}" }\n` };
    const found = find(outside);
    await expect(found.then((one) => gitRequirements(one, at))).rejects.toMatchObject({
      code: expect.stringMatching(/GIT_REFUSED|MANIFEST_INVALID/),
    });
  });
});
