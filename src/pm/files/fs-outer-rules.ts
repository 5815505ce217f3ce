import { lstat, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { OuterRules } from "./list-project-files.ts";

/** The `.gitignore` files above a project, up to the root of its git tree; none outside of one. From the outermost inward. */
export async function readOuterRules(projectDir: string): Promise<readonly OuterRules[]> {
  const folders = await foldersAbove(projectDir);
  const rules = await Promise.all(folders.map((folder) => rulesIn(folder, projectDir)));
  return rules.filter((rule) => rule !== undefined);
}

async function foldersAbove(projectDir: string): Promise<readonly string[]> {
  const above: string[] = [];
  for (let folder = projectDir; ; folder = dirname(folder)) {
    if (folder !== projectDir) above.unshift(folder);
    if (await exists(join(folder, ".git"))) return above;
    if (dirname(folder) === folder) return [];
  }
}

async function rulesIn(folder: string, projectDir: string): Promise<OuterRules | undefined> {
  const text = await readFile(join(folder, ".gitignore"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : { projectPath: relative(folder, projectDir).split(sep).join("/"), text };
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
