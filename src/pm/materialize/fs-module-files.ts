import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { digestFromHex } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { sha256OfFile, statOf } from "./fs-stamp.ts";
import type { ModuleFile } from "./module-differences.ts";

const EXECUTE_BITS = 0o111n;

/**
 * Every file below a project's `.vox_modules`, hashed; `undefined` when there is none. Nothing that was recorded is believed.
 * @throws {VoxError} FILE_UNREADABLE
 */
export function readModuleFiles(projectDir: string): readonly ModuleFile[] | undefined {
  const place = join(projectDir, ".vox_modules");
  if (!statOf(place)) return undefined;
  try {
    return filesBelow(realpathSync(place), "");
  } catch (cause) {
    throw new VoxError("FILE_UNREADABLE", `\`${place}\` cannot be read`, { cause });
  }
}

function filesBelow(root: string, prefix: string): readonly ModuleFile[] {
  return readdirSync(join(root, prefix), { withFileTypes: true }).flatMap((entry): readonly ModuleFile[] => {
    const path = `${prefix}${entry.name}`;
    // Where files are linked or copied, this folder of links lets packages find each other.
    if (path.startsWith("node_modules/") && entry.isSymbolicLink() && path.split("/").length === 2) return [];
    if (entry.isDirectory()) return filesBelow(root, `${path}/`);
    if (!entry.isFile()) return [{ path, executable: false }];
    const executable = ((statOf(join(root, path))?.mode ?? 0n) & EXECUTE_BITS) !== 0n;
    return [{ path, executable, digest: digestFromHex(sha256OfFile(join(root, path))) }];
  });
}
