import { posix } from "node:path";

interface IgnoreLine {
  readonly pattern: RegExp;
  readonly keeps: boolean;
}

/**
 * Whether a path is left out of a build's context (Dockerfile reference, ".dockerignore file"): patterns count from the root, one that matches a
 * folder matches all in it, and the last that matches decides, so that `!` brings back also what lies in a hidden folder. Not git's rules.
 */
export function dockerignore(text: string): (path: string) => boolean {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .flatMap(lineOf);
  return (path) => lines.reduce((ignored, { pattern, keeps }) => (matches(pattern, path) ? !keeps : ignored), false);
}

function matches(pattern: RegExp, path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) if (pattern.test(path.slice(0, end))) return true;
  return false;
}

function lineOf(raw: string): readonly IgnoreLine[] {
  if (raw.startsWith("#")) return [];
  const line = raw.trim();
  const keeps = line.startsWith("!");
  const written = (keeps ? line.slice(1) : line).trim();
  const path = posix.normalize(written === "" ? "." : written).replace(/^\/+|\/+$/g, "");
  return path === "." || path === "" ? [] : [{ pattern: patternOf(path), keeps }];
}

/** `**` is any number of folders, `*` and `?` stay within one; `\` takes the next character as it is. */
function patternOf(path: string): RegExp {
  const source = path.replace(/\*\*\/?|\*|\?|\[[^\]]*\]|\\.|[^*?[\\]/gsu, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.startsWith("[") && token.endsWith("]") && token.length > 2) return token.replace(/\\/g, "\\\\");
    return (token.startsWith("\\") ? token.slice(1) : token).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  });
  return new RegExp(`^${source}$`, "su");
}
