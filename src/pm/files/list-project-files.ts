import { linkStaysInside } from "../../archive/link-target.ts";
import { checkPath, PathSet } from "../../archive/package-paths.ts";
import { mapConcurrent } from "../../core/concurrency.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import type { FileFacts, FolderEntry, ProjectFolder } from "./project-folder.ts";
import { type FolderRules, Selection, type SelectionOptions, type Verdict } from "./selection-rules.ts";

export type SelectedFile =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly executable: boolean;
      readonly sizeBytes: number;
      /** It has a setuid or setgid bit, which nothing that vox makes keeps. */
      readonly setId?: true;
    }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string };

/** A `.gitignore` above the project, in the same git tree. */
export interface OuterRules {
  /** The project's path from the folder that this file is in: `packages/a`. */
  readonly projectPath: string;
  readonly text: string;
}

export interface ListOptions extends SelectionOptions {
  /** Applications may hold relative links that stay inside; packages none. */
  readonly symlinks: "keep" | "refuse";
  /** From the outermost inward. */
  readonly outerRules?: readonly OuterRules[];
}

/** A path and why it is in or out. A left-out folder stands for all in it; its path ends in `/`. */
export interface ListedPath {
  readonly path: string;
  readonly verdict: Verdict;
}

export interface ProjectListing {
  /** Sorted by UTF-8 path. */
  readonly files: readonly SelectedFile[];
  /** For `--list`: what was looked at, sorted by UTF-8 path. */
  readonly reasons: readonly ListedPath[];
}

const INSPECTIONS = 16;

/**
 * The files that enter a package or an application layer, with reasons (contracts, §2 "Which files").
 * @throws {VoxError} FILE_KIND, FILE_UNREADABLE, ARCHIVE_PATH
 */
export async function listProjectFiles(folder: ProjectFolder, options: ListOptions): Promise<ProjectListing> {
  const { prefix, rules } = outermostRules(options.outerRules ?? []);
  const walk = new Walk(folder, new Selection(options, prefix), prefix);
  await walk.enter("", rules);
  const included = sortedByUtf8(walk.included, (path) => path);
  checkPaths(included);
  const files = await mapConcurrent(included, INSPECTIONS, (path) => inspected(folder, path, options.symlinks));
  return { files, reasons: sortedByUtf8(walk.reasons, (listed) => listed.path) };
}

/** Rules above that hide the whole project do not count: whoever names a folder wants what is in it. */
function outermostRules(outer: readonly OuterRules[]): { readonly prefix: string; readonly rules: FolderRules } {
  const top = outer[0]?.projectPath ?? "";
  const git = outer.reduce((rules, { projectPath, text }) => {
    const at = top.slice(0, top.length - projectPath.length).replace(/\/$/, "");
    return rules.with(text, at, `${at === "" ? "" : `${at}/`}.gitignore above the project`);
  }, IgnoreRules.empty);
  const hidesAll = top !== "" && git.match(`${top}/`) !== undefined;
  return {
    prefix: top === "" || hidesAll ? "" : `${top}/`,
    rules: { git: hidesAll ? IgnoreRules.empty : git, vox: IgnoreRules.empty },
  };
}

/** One pass over the folder that gathers what is included and why. */
class Walk {
  readonly included: string[] = [];
  readonly reasons: ListedPath[] = [];
  readonly #folder: ProjectFolder;
  readonly #selection: Selection;
  readonly #prefix: string;

  constructor(folder: ProjectFolder, selection: Selection, prefix: string) {
    this.#folder = folder;
    this.#selection = selection;
    this.#prefix = prefix;
  }

  /** `path` is `""` or ends in `/`. */
  async enter(path: string, above: FolderRules): Promise<void> {
    const entries = await this.#folder.list(path.slice(0, -1));
    const rules = await this.#rulesIn(path, entries, above);
    for (const entry of entries) await this.#visit(path + entry.name, entry, rules);
  }

  async #visit(path: string, entry: FolderEntry, rules: FolderRules): Promise<void> {
    const listed = entry.kind === "directory" ? `${path}/` : path;
    const verdict = this.#selection.judge(listed, rules);
    const told =
      verdict.kind === "included" ? entry.kind !== "directory" : rules.hiddenBy === undefined || verdict.by !== "gitignore";
    if (told) this.reasons.push({ path: listed, verdict });
    if (entry.kind === "directory") return this.#visitFolder(listed, verdict, rules);
    if (verdict.kind === "included") this.included.push(path);
  }

  async #visitFolder(folder: string, verdict: Verdict, rules: FolderRules): Promise<void> {
    if (!this.#selection.looksInto(folder, verdict)) return;
    await this.enter(folder, verdict.kind === "left-out" ? { ...rules, hiddenBy: verdict.rule } : rules);
  }

  async #rulesIn(path: string, entries: readonly FolderEntry[], above: FolderRules): Promise<FolderRules> {
    const has = (name: string): boolean => entries.some((entry) => entry.name === name && entry.kind === "file");
    const read = async (name: string, rules: IgnoreRules, at: string): Promise<IgnoreRules> =>
      has(name) ? rules.with((await this.#folder.readRules(path + name)) ?? "", at.replace(/\/$/, ""), path + name) : rules;
    return {
      ...above,
      git: await read(".gitignore", above.git, this.#prefix + path),
      vox: await read(".voxignore", above.vox, path),
    };
  }
}

function checkPaths(paths: readonly string[]): void {
  const set = new PathSet();
  const folders = new Set<string>();
  for (const path of paths) {
    checkPath(path);
    set.add(path);
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
      folders.add(path.slice(0, slash));
  }
  for (const folder of folders) set.add(folder);
}

async function inspected(folder: ProjectFolder, path: string, symlinks: ListOptions["symlinks"]): Promise<SelectedFile> {
  const facts = await folder.inspect(path);
  switch (facts.kind) {
    case "file":
      return selectedFile(path, facts);
    case "symlink":
      return checkedLink(path, facts.target, symlinks);
    case "other":
      throw new VoxError("FILE_KIND", `\`${path}\` is ${facts.what}`, { hint: LEAVE_OUT_HINT });
  }
}

/** Member by member: what is spread takes four times the memory, and there may be a hundred thousand. */
function selectedFile(path: string, { executable, sizeBytes, setId }: Extract<FileFacts, { kind: "file" }>): SelectedFile {
  const file = { kind: "file", path, executable, sizeBytes } as const;
  return setId ? { ...file, setId } : file;
}

const LEAVE_OUT_HINT = "name it in `exclude` of [package] or in `.voxignore`";

function checkedLink(path: string, target: string, symlinks: ListOptions["symlinks"]): SelectedFile {
  if (symlinks === "refuse")
    throw new VoxError("FILE_KIND", `\`${path}\` is a link, and a package holds none`, { hint: LEAVE_OUT_HINT });
  if (linkStaysInside(path, target)) return { kind: "symlink", path, target };
  throw new VoxError("FILE_KIND", `\`${path}\` is a link to \`${target}\`, outside the project`, { hint: LEAVE_OUT_HINT });
}
