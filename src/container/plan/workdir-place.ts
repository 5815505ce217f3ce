import type { FolderFacts } from "../../archive/tar-entry.ts";

/** Where the application's layer is laid. */
export interface WorkdirPlace {
  /** Absolute; what `workdir` leads to when the links above it are followed. */
  readonly workdir: string;
  /** The directories above it that must be members of the layer, from the top. */
  readonly above: readonly FolderFacts[];
}

/**
 * Directories that belong to root with mode 0755 wherever they are. When a layer has something in a directory and not the directory itself,
 * engines make it so, over whatever the base has there (ADR 007).
 */
const PLAIN_FOLDERS: ReadonlySet<string> = new Set(
  "home media mnt opt opt/vox opt/vox/modules srv usr usr/lib usr/local usr/local/lib usr/share usr/src var var/lib var/opt".split(
    " ",
  ),
);

/** The directories above a path, from the top, without slashes at the ends. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Whether the base must be asked how the directories above `workdir` are. */
export const isOddWorkdir = (workdir: string): boolean => foldersAbove(workdir).some((folder) => !PLAIN_FOLDERS.has(folder));
