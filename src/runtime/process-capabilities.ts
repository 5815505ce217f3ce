import { execFile } from "node:child_process";

/** Of a command line that every system takes. */
const PATHS_AT_ONCE = 500;
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Those of a folder's files that carry capabilities, as libcap's `getcap` says; none where that is not installed, since Node itself reads no
 * extended attributes.
 */
export async function capableFiles(dir: string, paths: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  if (process.platform !== "linux") return [];
  const found: string[] = [];
  for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
    const asked = paths.slice(at, at + PATHS_AT_ONCE);
    const lines = (await getcap(dir, asked, signal)).split("\n");
    // What follows a path differs between versions: `a cap_net_raw=ep`, `a = cap_net_raw+ep`.
    found.push(...asked.filter((path) => lines.some((line) => line.startsWith(`./${path} `))));
  }
  return found;
}

/** It lies where root looks for programs. */
function getcap(cwd: string, paths: readonly string[], signal: AbortSignal): Promise<string> {
  const env = { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
  const options = { cwd, env, maxBuffer: MAX_ANSWER_BYTES, signal };
  const args = paths.map((path) => `./${path}`);
  return new Promise((resolve) => execFile("getcap", args, options, (_error, stdout) => resolve(stdout)));
}
