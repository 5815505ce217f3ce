import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const describeFile = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

function walk(folder: string, prefix: string, into: Map<string, string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = prefix + entry.name;
    if (entry.isSymbolicLink()) into.set(name, `-> ${readlinkSync(path)}`);
    else if (entry.isDirectory()) {
      into.set(`${name}/`, "folder");
      walk(path, `${name}/`, into);
    } else into.set(name, describeFile(path));
  }
}

/** Every path below the folder with its content's hash or its link's target; empty when there is no folder. */
export function snapshot(folder: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  if (existsSync(folder)) walk(folder, "", found);
  return Object.fromEntries(found);
}
