import { lstat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { readRegularFile } from "./fs-read-file.ts";
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
  const bytes = await readRegularFile(join(folder, ".gitignore"), ".gitignore").catch(() => undefined);
  if (!bytes) return undefined;
  return { projectPath: relative(folder, projectDir).split(sep).join("/"), text: bytes.toString("utf8") };
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
