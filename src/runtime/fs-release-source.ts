import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import type { ReleaseSource } from "../toolchain/release-source.ts";

/** A folder with the files of a release in it. */
export const folderSource = (folder: string): ReleaseSource => ({
  place: folder,
  readText: (name) => found(folder, name, readFile(join(folder, name), "utf8")),
  copyTo: (name, path) => found(folder, name, copyFile(join(folder, name), path)),
});

async function found<T>(folder: string, name: string, act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (cause) {
    throw new VoxError("RELEASE_UNAVAILABLE", `\`${name}\` cannot be read in \`${folder}\``, { cause });
  }
}
