import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatPlace, isVoxError } from "../../../src/errors/vox-error.ts";
import { FsProjectFiles } from "../../../src/pm/manifest/fs-project-files.ts";
import { loadWorkspace, type Workspace } from "../../../src/pm/manifest/workspace.ts";
import { packageText, projectFolder } from "./project-folder.ts";

async function load(files: Readonly<Record<string, string>>, from = "."): Promise<Workspace> {
  return loadWorkspace(new FsProjectFiles(join(await projectFolder(files), "root")), from);
}

async function refusalOf(files: Readonly<Record<string, string>>, from = "."): Promise<string> {
  try {
    await load(files, from);
  } catch (error) {
    if (isVoxError(error))
      return `${error.code} ${error.place ? formatPlace(error.place) : "nowhere"}: ${error.message} (${error.hint ?? ""})`;
    throw error;
  }
  return "accepted";
}

const summary = ({ root, members, pathPackages }: Workspace) => ({
  root,
  members: members.map(({ path, manifest }) => `${path} ${manifest.package.name}`),
  pathPackages: pathPackages.map(({ path, manifest }) => `${path} ${manifest.package.name}`),
});

const SHOP = {
  "root/Vox.toml": `[workspace]
members = ["packages/*", "crates/*/Vox.toml", "tools/cli"]
exclude = ["packages/old"]
[workspace.package]
version = "3.0.0"
[workspace.dependencies]
shared = { path = "packages/shared", version = "3" }
[registries.corp]
index = "file:../registry"
[patch.http-router]
path = "patched/http-router"
[resolver]
min-release-age = "1d"
`,
  "root/packages/app/Vox.toml": packageText(
    "app",
    'kind = "application"\nversion.workspace = true\n[dependencies]\nshared.workspace = true\nhttp-router = "1"\nkit = { version = "1", registry = "corp" }\n',
  ),
  "root/packages/app/src/deep/x": "",
  "root/packages/shared/Vox.toml": packageText("shared", '[dependencies]\noutside = { path = "../../../outside" }\n'),
  "root/packages/old/Vox.toml": "not toml at all",
  "root/packages/no-package/readme": "",
  "root/crates/core/Vox.toml": packageText("core"),
  "root/tools/cli/Vox.toml": packageText("cli", '[dev-dependencies]\ncore = { path = "../../crates/core" }\n'),
  "root/patched/http-router/Vox.toml": packageText("http-router"),
  "outside/Vox.toml": packageText(
    "outside",
    '[dependencies]\ninner = { path = "inner" }\n[dev-dependencies]\ngone = { path = "gone" }\n',
  ),
  "outside/inner/Vox.toml": packageText("inner", '[dependencies]\noutside = { path = ".." }\n'),
};

describe("loading a workspace", () => {
  test.each([".", "packages/app", "packages/app/src/deep", "tools/cli"])(
    "from `%s` finds the same root, members and path packages",
    async (from) => {
      const workspace = await load(SHOP, from);
      expect(summary(workspace)).toEqual({
        root: { ".": ".", "packages/app": ".", "packages/app/src/deep": ".", "tools/cli": "." }[from],
        members: ["crates/core core", "packages/app app", "packages/shared shared", "tools/cli cli"],
        pathPackages: ["../outside outside", "../outside/inner inner", "patched/http-router http-router"],
      });
    },
  );

  test("gives members what they inherit, and the root's registries, patches and resolver", async () => {
    const workspace = await load(SHOP);
    const app = workspace.members.find(({ path }) => path === "packages/app");
    expect(app?.manifest).toMatchObject({
      package: { version: "3.0.0" },
      publishedRanges: { shared: "^3" },
      requirements: [{ name: "http-router" }, { name: "kit" }, { name: "shared", source: { kind: "path", path: "../shared" } }],
    });
    expect(app?.text).toBe(SHOP["root/packages/app/Vox.toml"]);
    expect(workspace).toMatchObject({
      registries: [{ name: "corp", index: "file:../registry" }],
      patches: [{ name: "http-router" }],
      resolver: { minReleaseAgeMs: 86_400_000 },
      warnings: [],
    });
  });

  test("from inside, with the root above the files' base, says where the root is", async () => {
    const folder = await projectFolder(SHOP);
    const workspace = await loadWorkspace(new FsProjectFiles(join(folder, "root/packages/app/src")), ".");
    expect(workspace.root).toBe("../../..");
    expect(workspace.members.map(({ path }) => path)).toEqual(["crates/core", "packages/app", "packages/shared", "tools/cli"]);
    expect(workspace.pathPackages.map(({ path }) => path)).toEqual(["../outside", "../outside/inner", "patched/http-router"]);
  });

  test("a folder that no workspace has as a member is its own", async () => {
    expect(summary(await load({ ...SHOP, "root/lonely/Vox.toml": packageText("lonely") }, "lonely"))).toEqual({
      root: "lonely",
      members: [". lonely"],
      pathPackages: [],
    });
    expect(summary(await load({ ...SHOP, "root/packages/old/Vox.toml": packageText("old") }, "packages/old"))).toMatchObject({
      root: "packages/old",
    });
  });

  test("a root may be a package too, and comes first", async () => {
    const workspace = await load({
      "root/Vox.toml": packageText("top", '[dependencies]\nlib = { path = "lib" }\n[workspace]\nmembers = ["lib", "."]\n'),
      "root/lib/Vox.toml": packageText("lib"),
    });
    expect(summary(workspace)).toMatchObject({ members: [". top", "lib lib"], pathPackages: [] });
  });

  test("path dependencies may go round in a circle", async () => {
    const workspace = await load({
      "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "b" }\n'),
      "root/b/Vox.toml": packageText("b", '[dependencies]\na = { path = ".." }\n'),
    });
    expect(summary(workspace)).toMatchObject({ members: [". a"], pathPackages: ["b b"] });
  });

  test("a package outside inherits from its own workspace", async () => {
    const workspace = await load({
      "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "../other/pkgs/b" }\n'),
      "other/Vox.toml":
        '[workspace]\nmembers = ["pkgs/*"]\n[workspace.package]\nversion = "9.0.0"\n[workspace.dependencies]\nc = { path = "pkgs/c" }\n',
      "other/pkgs/b/Vox.toml": packageText("b", "version.workspace = true\n[dependencies]\nc.workspace = true\n"),
      "other/pkgs/c/Vox.toml": packageText("c"),
    });
    expect(summary(workspace).pathPackages).toEqual(["../other/pkgs/b b", "../other/pkgs/c c"]);
    expect(workspace.pathPackages[0]?.manifest.package.version).toBe("9.0.0");
  });

  test("links are passed over by wild cards, so that a loop does no harm", async () => {
    const folder = await projectFolder({
      "root/Vox.toml": '[workspace]\nmembers = ["packages/**"]\n',
      "root/packages/a/Vox.toml": packageText("a"),
    });
    await symlink("..", join(folder, "root/packages/a/up"));
    await symlink("a", join(folder, "root/packages/alias"));
    const workspace = await loadWorkspace(new FsProjectFiles(join(folder, "root")), ".");
    expect(summary(workspace).members).toEqual(["packages/a a"]);
  });

  test("tables that only the root decides are warned of in members", async () => {
    const { warnings } = await load({
      "root/Vox.toml": '[workspace]\nmembers = ["a"]\n',
      "root/a/Vox.toml": packageText(
        "a",
        '[resolver]\nmin-release-age = "1d"\n[registries.x]\nindex = "file:x"\n[deploy]\nregistry = "ghcr.io/x"\n',
      ),
    });
    expect(warnings.map(({ code, message, place }) => `${code} ${place ? formatPlace(place) : ""}: ${message}`)).toEqual([
      "MANIFEST_LEGACY a/Vox.toml:8:1: `deploy.registry` is the older name of `deploy.container.registry`",
      "MANIFEST_IGNORED a/Vox.toml:5:1: `[registries]` of a workspace member is not read",
      "MANIFEST_IGNORED a/Vox.toml:3:1: `[resolver]` of a workspace member is not read",
    ]);
  });
});

describe("a workspace is refused", () => {
  const ROOT = (members: string, more = "") => `[workspace]\nmembers = ${members}\n${more}`;

  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      "without a Vox.toml anywhere",
      { "root/readme": "" },
      "MANIFEST_MISSING nowhere: there is no `Vox.toml` in `.` or above it (run `vox init`, or name the folder with `--project DIR`)",
    ],
    [
      "when a named member is missing",
      { "root/Vox.toml": ROOT('["a"]') },
      "WORKSPACE_INVALID Vox.toml: the member `a` has no `Vox.toml` (run `vox init` there, or remove it from `members`)",
    ],
    [
      "when a member is outside",
      { "root/Vox.toml": ROOT('["../a"]'), "a/Vox.toml": packageText("a") },
      "WORKSPACE_INVALID Vox.toml: the member `../a` is outside the workspace (use a path dependency, or move the package)",
    ],
    [
      "when a member is a workspace",
      { "root/Vox.toml": ROOT('["a"]'), "root/a/Vox.toml": packageText("a", "[workspace]\n") },
      "WORKSPACE_INVALID a/Vox.toml:3:1: the member `a` is a workspace itself (remove its `[workspace]`, or list it in `exclude`)",
    ],
    [
      "when two members have one name",
      {
        "root/Vox.toml": ROOT('["p/*"]'),
        "root/p/a/Vox.toml": packageText("same-name"),
        "root/p/b/Vox.toml": packageText("same_name"),
      },
      "WORKSPACE_INVALID p/b/Vox.toml:2:1: `same_name` is the name of both `p/a/Vox.toml` and `p/b/Vox.toml` (rename one of the two, or list it in `exclude`)",
    ],
    [
      "when a member's manifest is wrong",
      { "root/Vox.toml": ROOT('["a"]'), "root/a/Vox.toml": "[package]\nnam = 1\n" },
      "MANIFEST_INVALID a/Vox.toml:2:1: unknown key `nam` in `[package]` (did you mean `name`?)",
    ],
    [
      "when a member's manifest is empty",
      { "root/Vox.toml": ROOT('["a"]'), "root/a/Vox.toml": "" },
      "MANIFEST_INVALID a/Vox.toml: the manifest is empty",
    ],
    [
      "when a path leads nowhere",
      { "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "../b" }\n') },
      "MANIFEST_MISSING Vox.toml:4:1: `b` in `Vox.toml` points at `../b`, but there is no `../b/Vox.toml` (correct the path)",
    ],
    [
      "when a path leads to a package of another name",
      { "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "b" }\n'), "root/b/Vox.toml": packageText("c") },
      "WORKSPACE_INVALID Vox.toml:4:1: `b` in `Vox.toml` points at `b`, which is called `c` (call the dependency `c`)",
    ],
    [
      "when a path leads to a workspace without a package",
      { "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "b" }\n'), "root/b/Vox.toml": "[workspace]\n" },
      "WORKSPACE_INVALID Vox.toml:4:1: `b` in `Vox.toml` points at `b`, but `b/Vox.toml` has no `[package]` (name the folder of one of its members)",
    ],
    [
      "when two folders hold one name",
      {
        "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "b" }\nc = { path = "c" }\n'),
        "root/b/Vox.toml": packageText("b"),
        "root/c/Vox.toml": packageText("c", '[dependencies]\nb = { path = "../other-b" }\n'),
        "root/other-b/Vox.toml": packageText("b"),
      },
      "WORKSPACE_INVALID c/Vox.toml:4:1: `b` in `c/Vox.toml` points at `other-b`, but `b` is called so too (point both at one folder)",
    ],
    [
      "when a path leads to an application",
      {
        "root/Vox.toml": packageText("a", '[dependencies]\nb = { path = "b" }\n'),
        "root/b/Vox.toml": packageText("b", 'kind = "application"\n'),
      },
      'DEPENDENCY_KIND Vox.toml:4:1: `b` in `Vox.toml` points at `b`, which is of kind `application` (set `kind = "library"` there, or remove the dependency)',
    ],
    [
      "when a skill is none",
      { "root/Vox.toml": packageText("a", '[skills]\nb = { path = "b" }\n'), "root/b/Vox.toml": packageText("b") },
      "DEPENDENCY_KIND Vox.toml:4:1: `b` in `Vox.toml` points at `b`, which is of kind `library` and no skill (move it to `[dependencies]`)",
    ],
    [
      "when a registry is not declared",
      {
        "root/Vox.toml": packageText(
          "a",
          '[dependencies]\nb = { version = "1", registry = "crop" }\n[registries.corp]\nindex = "file:r"\n',
        ),
      },
      "REGISTRY_UNKNOWN Vox.toml:4:1: `b` is asked for from the registry `crop`, which is not declared (did you mean `corp`?)",
    ],
    [
      "when a registry is declared in a member only",
      {
        "root/Vox.toml": ROOT('["a"]'),
        "root/a/Vox.toml": packageText(
          "a",
          '[dependencies]\nb = { version = "1", registry = "corp" }\n[registries.corp]\nindex = "file:r"\n',
        ),
      },
      "REGISTRY_UNKNOWN a/Vox.toml:4:1: `b` is asked for from the registry `corp`, which is not declared (add `[registries.corp]` with an `index` to the workspace's Vox.toml)",
    ],
  ])("%s", async (_, files, expected) => {
    expect(await refusalOf(files)).toContain(expected);
  });

  test("when Vox.toml is a folder", async () => {
    const folder = await projectFolder({});
    await mkdir(join(folder, "Vox.toml"));
    await expect(loadWorkspace(new FsProjectFiles(folder), ".")).rejects.toMatchObject({
      code: "MANIFEST_UNREADABLE",
      message: "`Vox.toml` is a folder, not a file",
    });
  });

  test("when a named member is a link out of it, or a second name of another", async () => {
    const folder = await projectFolder({
      "root/Vox.toml": ROOT('["a", "link"]'),
      "root/a/Vox.toml": packageText("a"),
      "rootless/Vox.toml": packageText("b"),
    });
    const link = join(folder, "root/link");
    await symlink("a", link);
    const files = new FsProjectFiles(join(folder, "root"));
    await expect(loadWorkspace(files, ".")).rejects.toMatchObject({
      code: "WORKSPACE_INVALID",
      message: "the members `a` and `link` are one folder",
    });
    const other = await projectFolder({ "root/Vox.toml": ROOT('["link"]'), "rootless/Vox.toml": packageText("b") });
    await symlink("../rootless", join(other, "root/link"));
    await expect(loadWorkspace(new FsProjectFiles(join(other, "root")), ".")).rejects.toMatchObject({
      code: "WORKSPACE_INVALID",
      message: "the member `link` is a link that leaves the workspace",
    });
  });
});
