const GLOB = /[*?[\\]/;

/**
 * Whether one of these gitignore patterns may match something below a folder, so that it must be looked into although
 * it is hidden. Never false when one does; true without need costs time alone.
 */
export const mayMatchBelow = (patterns: readonly string[], folder: string): boolean =>
  patterns.some((pattern) => reachesBelow(pattern, folder.split("/")));

function reachesBelow(pattern: string, folder: readonly string[]): boolean {
  const line = pattern.trim();
  if (line === "" || line.startsWith("#") || line.startsWith("!")) return false;
  const anchored = /\/./.test(line);
  if (!anchored) return true;
  const components = line.replace(/^\//, "").replace(/\/$/, "").split("/");
  for (const [index, name] of folder.entries()) {
    const component = components[index];
    // The pattern ends above the folder: then it matches that ancestor and all in it, or nothing here.
    if (component === undefined) return true;
    if (GLOB.test(component)) return true;
    if (component !== name) return false;
  }
  return true;
}
