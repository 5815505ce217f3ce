import { homedir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../config/environment-variables.ts";
import type { Engine } from "../container/engine/engine.ts";
import type { EngineChoice } from "../project/deploy-intent.ts";

/**
 * The engine of whoever runs vox, found as the engines' own clients find it.
 * @throws {VoxError} ENGINE_UNAVAILABLE, CONFIG_INVALID
 */
export async function machineEngine(choice: EngineChoice, env: Environment): Promise<Engine> {
  const { connectEngine } = await import("../container/engine/engine-dockerode.ts");
  const home = homedir();
  const dockerConfigDir = env["DOCKER_CONFIG"] || join(home, ".docker");
  return connectEngine({ choice, environment: env, dockerConfigDir, home, uid: process.getuid?.() });
}
