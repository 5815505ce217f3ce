import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { contextFolder, contextHost, contextInUse, type DockerContext } from "./docker-context.ts";
import type { EngineEnvironment } from "./client-environment.ts";

/**
 * The context that Docker's own client would use; `undefined` where it would use none.
 * @param configDir `$DOCKER_CONFIG`, else `~/.docker`
 * @throws {VoxError} CONFIG_INVALID
 */
export async function readDockerContext(configDir: string, environment: EngineEnvironment): Promise<DockerContext | undefined> {
  const name = contextInUse(environment, await readText(join(configDir, "config.json")));
  if (name === undefined) return undefined;
  const folder = contextFolder(name);
  const host = contextHost(name, await readText(join(configDir, "contexts/meta", folder, "meta.json")));
  const certPath = join(configDir, "contexts/tls", folder, "docker");
  const hasCertificates = await stat(join(certPath, "ca.pem")).then(
    () => true,
    () => false,
  );
  return { name, host, ...(hasCertificates && { certPath }) };
}

/** `undefined` for what is not there or may not be read: Docker's client then goes on without, too. */
const readText = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);
