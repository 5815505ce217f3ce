import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MachinePolicy } from "../config/machine-policy.ts";
import { VoxError } from "../errors/vox-error.ts";
import { isSystemError } from "../oci/fs-errors.ts";

/**
 * The machine's policy; few machines have one, and what parses it is loaded where there is.
 * @throws {VoxError} CONFIG_INVALID, also when it is there and cannot be read: it is not to be passed over
 */
export async function readMachinePolicy(configDir: string): Promise<MachinePolicy | undefined> {
  const file = join(configDir, "policy.toml");
  const text = textAt(file);
  if (text === undefined) return undefined;
  const { parseMachinePolicy } = await import("../config/machine-policy.ts");
  return parseMachinePolicy(text, file, configDir);
}

function textAt(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if (isSystemError(cause, "ENOENT", "ENOTDIR")) return undefined;
    throw new VoxError("CONFIG_INVALID", `\`${file}\` cannot be read`, { hint: "make it readable", cause });
  }
}
