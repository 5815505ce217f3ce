import { homedir } from "node:os";
import type { Environment } from "../config/environment-variables.ts";
import { PROGRAM_VERSION } from "../config/generated/version.ts";
import { resolvePaths } from "../config/paths.ts";
import type { VerdictPorts, VerdictQuestion } from "../ops/lock-verdict.ts";
import { FsMetadataCache } from "../pm/cas/fs-metadata-cache.ts";
import { FsProjectFiles } from "../pm/manifest/fs-project-files.ts";
import type { Materializer } from "../pm/materialize/materializer.ts";
import { createMaterializer } from "./create-materializer.ts";
import { markUsed } from "./fs-use-marks.ts";
import { hostPlatform } from "./host-platform.ts";
import { systemClock } from "./system-clock.ts";

/** The little of the machine that a command with nothing to do needs: no registry, no engine, no archive. */
export interface VerdictRuntime extends VerdictPorts {
  nowMs(): number;
  materializer(): Materializer;
}

/** @throws {VoxError} CONFIG_INVALID */
export function createVerdictRuntime(env: Environment): VerdictRuntime {
  const { cacheDir } = resolvePaths(env, homedir());
  return {
    notes: new FsMetadataCache(cacheDir, markUsed),
    files: new FsProjectFiles("/"),
    nowMs: systemClock.nowMs,
    materializer: () => createMaterializer(cacheDir),
  };
}

/** What this program, machine and environment add to the question. */
export const verdictQuestion = (
  env: Environment,
  asked: Pick<VerdictQuestion, "command" | "folder" | "packageName" | "prod">,
): VerdictQuestion => ({
  ...asked,
  voxVersion: PROGRAM_VERSION,
  platform: hostPlatform(),
  variables: [env["VOX_REGISTRY"], env["VOX_INSECURE_REGISTRIES"], env["SOURCE_DATE_EPOCH"]],
});
