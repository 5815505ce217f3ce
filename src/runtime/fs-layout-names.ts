import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import { isSystemError } from "../oci/fs-errors.ts";

/** The folders that hold an image layout, directly below a folder; none when there is no such folder. */
export async function layoutNames(dir: string): Promise<readonly string[]> {
  try {
    const names = await readdir(dir);
    return names.filter((name) => existsSync(join(dir, name, "oci-layout"))).sort();
  } catch (cause) {
    if (isSystemError(cause, "ENOENT")) return [];
    throw new VoxError("REGISTRY_UNAVAILABLE", `the registry \`${dir}\` cannot be read`, { cause });
  }
}

/** Whether a folder is an image layout, by its marker. */
export const holdsLayout = (dir: string): Promise<boolean> => Promise.resolve(existsSync(join(dir, "oci-layout")));
