/**
 * Whether a link at `path` ends up inside the folder that `path` is relative to, wherever that folder is put.
 * `..` counts only before any name: after one it might climb out of another link (contracts, §7).
 */
export function linkStaysInside(path: string, target: string): boolean {
  if (target === "" || target.startsWith("/")) return false;
  const components = target.split("/").filter((component) => component !== "" && component !== ".");
  const climbs = components.findIndex((component) => component !== "..");
  const upward = climbs < 0 ? components.length : climbs;
  const depth = path.split("/").length - 1;
  return upward <= depth && !components.slice(upward).includes("..");
}
