import { IgnoreRules } from "./ignore-rules.ts";
import { mayMatchBelow } from "./include-reach.ts";

/** Why a path is in or out, for `--list` (contracts, §2 "Which files"). */
export type Verdict =
  | { readonly kind: "included"; readonly by: "default" | "include"; readonly rule?: string }
  | { readonly kind: "left-out"; readonly by: LeftOutBy; readonly rule: string };

export type LeftOutBy = "always" | "output" | "exclude" | "voxignore" | "gitignore";

/** Names that no package and no image holds, whatever `include` says. */
const ALWAYS_LEFT_OUT: readonly string[] = [".git", ".vox_modules", "vox.lock", ".env*", "*.key", "*.pem", ".npmrc"];

export interface SelectionOptions {
  /** `include` and `exclude` of `[package]`, in gitignore's syntax. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Folders and files that vox writes, relative to the project. */
  readonly outputFolders: readonly string[];
}

/** The rules that hold in one folder. Going into a folder makes new ones; nothing is changed. */
export interface FolderRules {
  readonly git: IgnoreRules;
  readonly vox: IgnoreRules;
  /** A folder above is hidden by git: all below is, but for `include`. */
  readonly hiddenBy?: string;
}

/** Case does not count: a secret is one on every file system. */
const never = IgnoreRules.ofNames(ALWAYS_LEFT_OUT);

/** Judges paths by the project's own lists; the rules files of the folders are handed in with each question. */
export class Selection {
  readonly #include: IgnoreRules;
  readonly #exclude: IgnoreRules;
  readonly #options: SelectionOptions;
  readonly #outputFolders: ReadonlySet<string>;
  /** Where the project is in the tree that git's rules count from: `""`, or a path that ends in `/`. */
  readonly #prefix: string;

  constructor(options: SelectionOptions, prefix: string) {
    this.#options = options;
    this.#include = IgnoreRules.empty.with(options.include.join("\n"), "", "include");
    this.#exclude = IgnoreRules.empty.with(options.exclude.join("\n"), "", "exclude");
    const outputs = options.outputFolders.map((folder) => folder.replace(/^\.\//, "").replace(/\/$/, ""));
    this.#outputFolders = new Set(outputs.flatMap((path) => [path, `${path}/`]));
    this.#prefix = prefix;
  }

  /** A directory's path ends in `/`. The first rule of contracts §2 that speaks decides. */
  judge(path: string, rules: FolderRules): Verdict {
    const always = never.match(path);
    if (always) return leftOut("always", always.rule);
    if (this.#outputFolders.has(path)) return leftOut("output", path);
    const excluded = this.#exclude.match(path);
    if (excluded) return leftOut("exclude", excluded.rule);
    const voxignored = rules.vox.match(path);
    if (voxignored) return leftOut("voxignore", voxignored.rule);
    const included = this.#include.match(path);
    if (included) return { kind: "included", by: "include", rule: included.rule };
    const hidden = rules.hiddenBy ?? rules.git.match(this.#prefix + path)?.rule;
    return hidden === undefined ? { kind: "included", by: "default" } : leftOut("gitignore", hidden);
  }

  /** Whether a left-out folder must be looked into all the same. */
  looksInto(folder: string, verdict: Verdict): boolean {
    if (verdict.kind === "included") return true;
    return verdict.by === "gitignore" && mayMatchBelow(this.#options.include, folder.slice(0, -1));
  }
}

const leftOut = (by: LeftOutBy, rule: string): Verdict => ({ kind: "left-out", by, rule });
