import { randomUUID } from "node:crypto";
import { mkdir, readFile, readlink, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { VoxError } from "../errors/vox-error.ts";
import type {
  CredentialHelper,
  CredentialKeeper,
  Credentials,
  CredentialSource,
  Login,
  LoginPlace,
  LoginStore,
} from "./credentials.ts";
import { authEntry, withAuthEntry, withoutAuthEntry } from "./docker-config-edit.ts";
import { type CredentialLookup, type DockerConfig, lookUpCredentials, parseDockerConfig } from "./docker-credentials.ts";
import { withDirectoryLock } from "./fs-directory-lock.ts";
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

const LOCK_NAME = ".vox-login.lock";

/** Keeps logins where the Docker CLI does: in the host's helper, in the store for all hosts, else in `config.json` itself. */
export class DockerLoginStore implements LoginStore {
  readonly #file: string;
  readonly #keeper: CredentialKeeper;

  /** @param file `$DOCKER_CONFIG/config.json`; made when it is absent, followed when it is a link */
  constructor(file: string, keeper: CredentialKeeper) {
    this.#file = file;
    this.#keeper = keeper;
  }

  async store(host: string, login: Login): Promise<LoginPlace> {
    const { helper, stored } = await this.#lookUp(host);
    if (!helper) {
      await this.#edit((text) => withAuthEntry(text, host, authEntry(login)));
      return { kind: "file", file: this.#file };
    }
    await this.#keeper.store(helper.name, helper.serverAddress, login);
    // What the file still held would be an old secret in plain sight.
    if (stored) await this.#edit((text) => withAuthEntry(text, host, {}));
    return { kind: "helper", helper: helper.name };
  }

  async erase(host: string): Promise<readonly LoginPlace[]> {
    const { helper, stored } = await this.#lookUp(host);
    const places: LoginPlace[] = [];
    if (helper && (await this.#keeper.get(helper.name, helper.serverAddress))) {
      await this.#keeper.erase(helper.name, helper.serverAddress);
      places.push({ kind: "helper", helper: helper.name });
    }
    const bytes = await readConfigBytes(this.#file);
    if (bytes && withoutAuthEntry(bytes.toString("utf8"), host) !== undefined)
      await this.#edit((text) => withoutAuthEntry(text, host) ?? text);
    return stored ? [...places, { kind: "file", file: this.#file }] : places;
  }

  async #lookUp(host: string): Promise<CredentialLookup> {
    const config = await readConfig(this.#file);
    return config ? lookUpCredentials(config, host) : {};
  }

  /** Reads again under the lock, so that two logins at once keep each other's. */
  async #edit(change: (text: string) => string): Promise<void> {
    const target = await followed(this.#file);
    const folder = dirname(target);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw systemFailure(error, "CANNOT_WRITE", `\`${folder}\` cannot be made`);
    }
    await withDirectoryLock(folder, LOCK_NAME, async (lock) => {
      const bytes = await readConfigBytes(target);
      if (bytes) parseDockerConfig(bytes, `\`${target}\``);
      const text = change(bytes?.toString("utf8") ?? "");
      lock.assertHeld();
      await replace(target, text);
    });
  }
}

/** The file that a link stands for, also when it is not there yet. */
async function followed(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const target = await readlink(file).catch(() => undefined);
    return target === undefined ? file : resolve(dirname(file), target);
  }
}

async function replace(path: string, text: string): Promise<void> {
  const partial = join(dirname(path), `.vox-${randomUUID()}.partial`);
  try {
    await writeFile(partial, text, { flag: "wx", mode: 0o600 });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new VoxError("CANNOT_WRITE", `\`${path}\` cannot be written`, { cause: error });
  }
}

async function readConfig(file: string): Promise<DockerConfig | undefined> {
  const bytes = await readConfigBytes(file);
  return bytes && parseDockerConfig(bytes, `\`${file}\``);
}

async function readConfigBytes(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw systemFailure(error, "CREDENTIALS_INVALID", `\`${file}\` cannot be read`);
  }
}
