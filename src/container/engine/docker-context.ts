import { createHash } from "node:crypto";
import { type JsonCursor, parseJson } from "../../core/json-cursor.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { EngineEnvironment } from "./client-environment.ts";

/** A context of Docker's client: an engine's address under a name, kept below `$DOCKER_CONFIG/contexts` (docker/cli, `cli/context/store`). */
export interface DockerContext {
  readonly name: string;
  /** `unix:///run/user/1000/docker.sock`. */
  readonly host: string;
  /** Folder of `ca.pem`, `cert.pem` and `key.pem`; absent when the context has none of its own. */
  readonly certPath?: string;
}

/** The context that Docker's client means when no context is named. */
const DEFAULT_CONTEXT = "default";

/**
 * The name of the context in use; `undefined` where addresses decide: DOCKER_HOST beats any context.
 * @param configText of `config.json`; `undefined` without one
 * @throws {VoxError} CONFIG_INVALID
 */
export function contextInUse(environment: EngineEnvironment, configText: string | undefined): string | undefined {
  if (environment.DOCKER_HOST) return undefined;
  const named = environment.DOCKER_CONTEXT || (configText === undefined ? undefined : currentContext(configText));
  return named === undefined || named === "" || named === DEFAULT_CONTEXT ? undefined : named;
}

const currentContext = (configText: string): string | undefined =>
  json(configText, "Docker's `config.json`").at("currentContext").present?.string();

/** The folder in which a context's files are kept is named by its name's hash. */
export const contextFolder = (name: string): string => createHash("sha256").update(name).digest("hex");

/**
 * The engine's address in a context's `meta.json`.
 * @throws {VoxError} CONFIG_INVALID
 */
export function contextHost(name: string, metaText: string | undefined): string {
  if (metaText === undefined) {
    throw new VoxError("CONFIG_INVALID", `there is no Docker context \`${name}\``, {
      hint: "see `docker context ls`, then set DOCKER_CONTEXT or run `docker context use NAME`",
    });
  }
  return json(metaText, `the Docker context \`${name}\``).at("Endpoints").at("docker").at("Host").string();
}

const json = (text: string, what: string): JsonCursor => parseJson(Buffer.from(text), { code: "CONFIG_INVALID", what });
