import type { Engine } from "../container/engine/engine.ts";
import type { ComposeProgram } from "../deploy/compose/compose-program.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { EngineChoice } from "../project/deploy-intent.ts";
import type { DeploymentPorts, EnginePorts } from "./ports.ts";

export type RolloutTarget = "engine" | "compose";

/** What of this machine makes an image run. */
export interface RolloutHands {
  readonly engine: Engine;
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Where the target is Compose. */
  readonly compose?: ComposeProgram;
}

export interface HandsWanted {
  readonly target: RolloutTarget;
  readonly runtime: EngineChoice;
  /** Names. */
  readonly secrets: readonly string[];
}

/**
 * Opened before anything else is done, so that what is missing has changed nothing.
 * @throws {VoxError} SECRET_MISSING, ENGINE_UNAVAILABLE, COMPOSE_UNAVAILABLE
 */
export async function openHands(
  { target, runtime, secrets }: HandsWanted,
  ports: DeploymentPorts & EnginePorts,
): Promise<RolloutHands> {
  const values = secretValues(secrets, ports);
  const engine = await ports.engine(runtime);
  if (target === "engine") return { engine, secrets: values };
  return { engine, secrets: values, compose: await ports.compose(engine.description) };
}

/** From the environment of whoever deploys; they go to the engine, and nowhere else. @throws {VoxError} SECRET_MISSING */
function secretValues(names: readonly string[], ports: DeploymentPorts): ReadonlyMap<string, string> {
  const values = names.map((name) => [name, ports.variable(name) ?? ""] as const);
  const missing = values.filter(([, value]) => value === "").map(([name]) => `\`${name}\``);
  if (missing.length === 0) return new Map(values);
  throw new VoxError("SECRET_MISSING", `not set: the ${missing.length > 1 ? "secrets" : "secret"} ${missing.join(", ")}`);
}
