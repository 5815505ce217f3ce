import { readFile } from "node:fs/promises";
import type { CredentialHelper, Credentials, CredentialSource } from "./credentials.ts";
import { type DockerConfig, lookUpCredentials, parseDockerConfig } from "./docker-credentials.ts";
import { isSystemError, systemFailure } from "./fs-errors.ts";

/** Credentials as `docker login` and `podman login` left them. */
export class DockerConfigCredentials implements CredentialSource {
  readonly #files: readonly string[];
  readonly #helper: CredentialHelper;

  /** @param files in the order they are asked: `$DOCKER_CONFIG/config.json`, then `$XDG_RUNTIME_DIR/containers/auth.json`; absent ones hold nothing */
  constructor(files: readonly string[], helper: CredentialHelper) {
    this.#files = files;
    this.#helper = helper;
  }

  /** @throws {VoxError} CREDENTIALS_INVALID */
  async credentialsFor(host: string): Promise<Credentials | undefined> {
    for (const file of this.#files) {
      const config = await readConfig(file);
      const { helper, stored } = config ? lookUpCredentials(config, host) : {};
      const credentials = (helper && (await this.#helper.get(helper.name, helper.serverAddress))) ?? stored;
      if (credentials) return credentials;
    }
    return undefined;
  }
}

async function readConfig(file: string): Promise<DockerConfig | undefined> {
  try {
    return parseDockerConfig(await readFile(file), `\`${file}\``);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw systemFailure(error, "CREDENTIALS_INVALID", `\`${file}\` cannot be read`);
  }
}
