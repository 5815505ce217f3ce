import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openProjectFolder } from "../../../src/pm/files/fs-project-folder.ts";
import { readOuterRules } from "../../../src/pm/files/fs-outer-rules.ts";
import { listProjectFiles } from "../../../src/pm/files/list-project-files.ts";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "vox-git-"))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "core.excludesFile=/dev/null", "-c", "core.quotePath=false", ...args], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" },
    stdio: ["ignore", "pipe", "pipe"],
  });

function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    try {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    } catch (error) {
      // A generated tree may want one name as a file and as a folder: the first wins.
      if (!(error instanceof Error && "code" in error && /^(EEXIST|ENOTDIR|EISDIR)$/.test(String(error.code)))) throw error;
    }
  }
}

/** What git would add, in the project's folder. */
const gitFiles = (project: string): string[] =>
  git("ls-files", "-co", "--exclude-standard", "-z", "--", project || ".")
    .split("\0")
    .filter((path) => path !== "")
    .map((path) => (project === "" ? path : path.slice(project.length + 1)))
    .sort();

async function voxFiles(project: string): Promise<string[]> {
  const dir = join(root, project);
  const outerRules = await readOuterRules(dir);
  const options = { include: [], exclude: [], outputFolders: [], symlinks: "keep", outerRules } as const;
  return (await listProjectFiles(openProjectFolder(dir), options)).files.map(({ path }) => path).sort();
}

describe("what .gitignore does not hide is what git would add", () => {
  const tree = {
    "a.log": "",
    "b.txt": "",
    "s/a.log": "",
    "s/keep.log": "",
    "s/t/x": "",
    "t/x": "",
    "[d]/x": "",
    "[d]/y": "",
    "with space/x": "",
    "#h": "",
    "!n": "",
    "é/x": "",
  };
  test.each<[string, Record<string, string>]>([
    ["names, folders and exceptions", { ".gitignore": "*.log\n!keep.log\nt/\n" }],
    ["anchors", { ".gitignore": "/t\ns/t\n" }],
    ["nested files", { ".gitignore": "*.log", "s/.gitignore": "!keep.log\n/t/\n" }],
    ["globstars", { ".gitignore": "**/x\n!s/**\n" }],
    ["escapes", { ".gitignore": "\\#h\n\\!n\n" }],
    ["nested escapes", { "s/.gitignore": "\\#h\n\\!n\n\\*", "s/#h": "", "s/!n": "", "s/*": "" }],
    ["a folder whose name is a pattern", { "[d]/.gitignore": "x\n" }],
    ["a folder with a space", { "with space/.gitignore": "/x\n" }],
    ["a folder that is not ASCII", { "é/.gitignore": "x\n" }],
    ["byte order mark and carriage returns", { ".gitignore": "\uFEFF*.log\r\nt/\r\n" }],
    ["trailing spaces", { ".gitignore": "*.log   \nb.txt\\ \n" }],
    ["comments and empty lines", { ".gitignore": "# all\n\n   \n*.log\n" }],
    ["a lone slash", { ".gitignore": "/\n" }],
    ["all but", { ".gitignore": "/*\n!/s\n/s/*\n!/s/keep.log\n!.gitignore\n" }],
    ["character classes", { ".gitignore": "[a-b].*\n[!x]\n" }],
    [
      "single characters are bytes",
      { ".gitignore": "?\n[é]\n", "ü/è": "", "ü/x": "", "ü/voilà": "", "ü/.gitignore": "voilà\n" },
    ],
  ])("%s", async (_, rules) => {
    plant({ ...tree, ...rules });
    git("init", "-q");
    expect(await voxFiles("")).toEqual(gitFiles(""));
  });

  test("a tracked file that a rule hides is hidden: rules decide, not the index", async () => {
    plant({ ".gitignore": "*.log", "a.log": "", b: "" });
    git("init", "-q");
    git("add", "-f", ".");
    expect(await voxFiles("")).toEqual([".gitignore", "b"]);
    expect(git("check-ignore", "--no-index", "a.log").trim()).toBe("a.log");
  });

  test("in any tree with any rules, for a project at the top or below", async () => {
    const name = fc.constantFrom("a", "b", "ab", "a.b", "c");
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const piece = fc.constantFrom("a", "b", "ab", "*", "a*", "*b", "**", "?", "[ab]", "a.?", "c");
    const rule = fc
      .tuple(
        fc.constantFrom("", "", "!"),
        fc.constantFrom("", "", "/"),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "", "/"),
      )
      .map(([negation, start, parts, end]) => negation + start + parts.join("/") + end);
    const rules = fc.tuple(fc.option(path, { nil: undefined }), fc.array(rule, { minLength: 1, maxLength: 4 }));
    const project = fc.constantFrom("", "", "a", "a/b");
    await fc.assert(
      fc.asyncProperty(
        fc.array(path, { minLength: 3, maxLength: 14 }),
        fc.array(rules, { minLength: 1, maxLength: 3 }),
        project,
        async (paths, files, at) => {
          rmSync(root, { recursive: true, force: true });
          mkdirSync(join(root, at), { recursive: true });
          plant(Object.fromEntries(paths.map((each) => [each, ""])));
          plant(
            Object.fromEntries(
              files.map(([folder, lines]) => [
                folder === undefined ? ".gitignore" : `${folder}/.gitignore`,
                `${lines.join("\n")}\n`,
              ]),
            ),
          );
          git("init", "-q");
          if (!isFolder(at) || (at !== "" && ignoredWhole(at))) return;
          expect(await voxFiles(at)).toEqual(gitFiles(at));
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});

function isFolder(path: string): boolean {
  try {
    mkdirSync(join(root, path), { recursive: true });
    return true;
  } catch {
    return false;
  }
}

/** Such a project is packaged all the same, which git would not. */
function ignoredWhole(path: string): boolean {
  try {
    git("check-ignore", "--no-index", "-q", `${path}/`);
    return true;
  } catch {
    return false;
  }
}
