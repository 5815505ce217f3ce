import { access, constants, mkdtemp, rmdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "../config/environment-variables.ts";
import { PROGRAM_VERSION } from "../config/generated/version.ts";
import { resolvePaths } from "../config/paths.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DiagnosisPorts } from "../ops/diagnose.ts";
import { isSystemError } from "../oci/fs-errors.ts";
import { formatRegistryLocation } from "../pm/registry/location.ts";
import { RegistryAccess } from "./registry-access.ts";
import { RegistryMirrors } from "./fs-registry-mirrors.ts";
import { machineEngine } from "./machine-engine.ts";

export interface DiagnosisOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** This machine, as `vox doctor` asks it. */
export function machineDiagnosis({ env, cwd, signal }: DiagnosisOptions): DiagnosisPorts {
  const home = homedir();
  const paths = resolvePaths(env, home);
  const registry = () => new RegistryAccess({ env, home, cwd, paths, userAgent: `vox/${PROGRAM_VERSION}` }).defaultRegistry;
  return {
    nodeVersion: process.versions.node,
    folders: { cache: paths.cacheDir, data: paths.dataDir, config: paths.configDir },
    tryWriting,
    readConfiguration: () => {
      new RegistryMirrors(paths.configDir).of(registry());
      return Promise.resolve(paths.configDir);
    },
    programVersion: (program) => versionOf(program, signal),
    engine: async (kind) => {
      const { description } = await machineEngine(kind, env);
      return `${description.version} at ${description.endpoint}`;
    },
    compose: async () => {
      const { description } = await machineEngine("auto", env);
      const { findCompose } = await import("../deploy/compose/process-compose.ts");
      const { name } = await findCompose({ env, engine: description, signal });
      return `\`${name}\` on ${description.kind}`;
    },
    defaultRegistry: () => Promise.resolve(formatRegistryLocation(registry())),
  };
}

/** Makes a folder in it and takes that away again; of a folder that is not there yet, the nearest one above must be writable. */
async function tryWriting(folder: string): Promise<void> {
  try {
    const facts = await stat(folder).catch((error: unknown) => {
      if (isSystemError(error, "ENOENT")) return undefined;
      throw error;
    });
    if (facts === undefined) return await access(await nearestAbove(folder), constants.W_OK);
    await rmdir(await mkdtemp(join(folder, ".vox-doctor-")));
  } catch (cause) {
    throw new VoxError("CANNOT_WRITE", `\`${folder}\` cannot be written`, {
      cause,
      hint: "free it, or name another folder with its variable",
    });
  }
}

async function nearestAbove(folder: string): Promise<string> {
  const parent = dirname(folder);
  const facts = await stat(parent).catch(() => undefined);
  return facts !== undefined || parent === folder ? parent : nearestAbove(parent);
}

async function versionOf(program: string, signal: AbortSignal): Promise<string> {
  const { execa } = await import("execa");
  const result = await execa(program, ["--version"], { reject: false, stdin: "ignore", cancelSignal: signal });
  if (result.failed) throw new VoxError("GIT_MISSING", `\`${program}\` does not start`);
  return result.stdout.split("\n")[0] ?? "";
}
