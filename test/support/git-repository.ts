import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** A file's text, a program, a link, or another repository's commit. */
export type Planted = string | { readonly program: string } | { readonly link: string } | { readonly submodule: string };

/** A real repository that a test writes to. */
export interface GitRepository {
  readonly dir: string;
  /** `file://…`, as a Vox.toml names it. */
  readonly url: string;
  git(...args: readonly string[]): string;
  /** Writes files and commits all there is; the commit's id. */
  commit(files: Readonly<Record<string, Planted>>): string;
}

const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];

export function createRepository(dir: string): GitRepository {
  mkdirSync(dir, { recursive: true });
  const git = (...args: readonly string[]): string =>
    execFileSync("git", [...IDENTITY, ...args], {
      cwd: dir,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", HOME: dir, GIT_CONFIG_NOSYSTEM: "1" },
    }).trim();
  git("init", "--quiet", "--initial-branch=main", ".");
  const commit = (files: Readonly<Record<string, Planted>>): string => {
    const links: [string, string][] = [];
    for (const [path, planted] of Object.entries(files)) {
      if (typeof planted === "object" && "submodule" in planted) links.push([path, planted.submodule]);
      else plant(join(dir, path), planted);
    }
    git("add", "--all", "--force", ".");
    for (const [path, id] of links) git("update-index", "--add", "--cacheinfo", `160000,${id},${path}`);
    git("commit", "--quiet", "--allow-empty", "--message", "change");
    return git("rev-parse", "HEAD");
  };
  return { dir, url: pathToFileURL(dir).href, git, commit };
}

function plant(file: string, planted: Exclude<Planted, { readonly submodule: string }>): void {
  mkdirSync(dirname(file), { recursive: true });
  if (typeof planted === "string") return writeFileSync(file, planted);
  if ("link" in planted) return symlinkSync(planted.link, file);
  writeFileSync(file, planted.program);
  chmodSync(file, 0o755);
}

/** The Vox.toml of a package with some lines more. */
export const packageToml = (name: string, version: string, rest = ""): string =>
  `[package]\nname = "${name}"\nversion = "${version}"\n${rest}`;
