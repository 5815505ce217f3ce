import { chmodSync, constants, copyFileSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { VoxError } from "../../errors/vox-error.ts";
import { DIRECTORY_MODE } from "./fs-inspect-tree.ts";
import { packageOf } from "./fs-repair-tree.ts";
import type { LinkMode } from "./materializer.ts";
import { type RecordedLink, type TreeRecord } from "./tree-record.ts";

const NODE_MODULES = "node_modules";

/** The directories and links that a real `.vox_modules` has: the closure's own, and `node_modules` with a link to each package. */
export interface TreeShape {
  readonly directories: readonly string[];
  readonly links: readonly RecordedLink[];
}

/**
 * Node looks for a bare name in `node_modules` beside each parent of the importing file's real path. In the closure that is a
 * link beside `modules`; in a project nothing may stand beside `.vox_modules`, so the folder is inside, with a link a package.
 * One link to `.` would do for Node, but programs that follow links would walk it for ever.
 */
export function linkedTreeShape(closure: TreeRecord): TreeShape {
  const directories = closure.directories.map((entry) => entry.path);
  const packages = [...new Set(directories.filter((path) => path !== ".").map(packageOf))];
  if (packages.length === 0 || packages.includes(NODE_MODULES)) return { directories, links: [] };
  return {
    directories: [...directories, NODE_MODULES],
    links: packages.map((name) => ({ path: `${NODE_MODULES}/${name}`, target: `../${name}` })),
  };
}

/**
 * Makes a tree of real directories from a closure's, its files hard links or copies.
 * @throws {VoxError} CANNOT_WRITE when the file system cannot link
 */
export function makeLinkedTree(
  modules: string,
  root: string,
  closure: TreeRecord,
  linkMode: Exclude<LinkMode, "symlink">,
): void {
  const shape = linkedTreeShape(closure);
  for (const path of shape.directories) {
    const directory = path === "." ? root : `${root}/${path}`;
    mkdirSync(directory);
    chmodSync(directory, DIRECTORY_MODE);
  }
  for (const { path } of closure.files) {
    if (linkMode === "copy") copyFileSync(`${modules}/${path}`, `${root}/${path}`, constants.COPYFILE_FICLONE);
    else hardlink(`${modules}/${path}`, `${root}/${path}`);
  }
  for (const { path, target } of shape.links) symlinkSync(target, `${root}/${path}`);
}

function hardlink(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (cause) {
    throw new VoxError("CANNOT_WRITE", `\`${to}\` cannot be a hard link into the cache`, {
      hint: "run `vox sync --link-mode copy`",
      cause,
    });
  }
}
