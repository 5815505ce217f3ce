import { join, resolve } from "node:path";
import type { Environment } from "../config/environment-variables.ts";
import { parseListVariable } from "../config/parse-variable.ts";
import type { VoxPaths } from "../config/paths.ts";
import { type CredentialSource, firstOf, hostTokenSource, type Login, type LoginStore } from "../oci/credentials.ts";
import { DockerConfigCredentials, DockerLoginStore } from "../oci/fs-docker-config.ts";
import { FsLayoutStore } from "../oci/fs-layout-store.ts";
import { UndiciTransport } from "../oci/http-undici-transport.ts";
import { ProcessCredentialHelper } from "../oci/process-credential-helper.ts";
import { type LoginProof, proveLogin } from "../oci/prove-login.ts";
import { RegistryClient, type RegistryPorts } from "../oci/registry-client.ts";
import { RemoteStore, type RemoteStoreOptions } from "../oci/remote-store.ts";
import { listRepositories } from "../oci/tag-list.ts";
import { observedTransport } from "../oci/transport.ts";
import {
  formatRegistryLocation,
  parseRegistryLocation,
  type RegistryLocation,
  repositoryPath,
} from "../pm/registry/location.ts";
import { canonicalHost } from "../oci/reference.ts";
import type { PackageName } from "../core/package-name.ts";
import type { Repository } from "../oci/content-store.ts";
import { layoutNames } from "./fs-layout-names.ts";
import { systemClock } from "./system-clock.ts";

export interface RegistryAccessOptions {
  readonly env: Environment;
  readonly home: string;
  readonly cwd: string;
  readonly paths: VoxPaths;
  readonly userAgent: string;
}

/** Opens repositories of registries and folders; one client a host, so that connections and tokens are shared. */
export class RegistryAccess {
  readonly defaultRegistry: RegistryLocation;
  readonly #options: RegistryAccessOptions;
  readonly #clients = new Map<string, RegistryClient>();
  readonly #credentials: CredentialSource;
  readonly #transport: UndiciTransport;
  #requestCount = 0;

  constructor(options: RegistryAccessOptions) {
    const { env, home } = options;
    this.#options = options;
    this.defaultRegistry = defaultRegistry(options);
    this.#credentials = firstOf([...tokenSource(env, this.defaultRegistry), dockerCredentials(env, home)]);
    this.#transport = new UndiciTransport({ userAgent: options.userAgent, proxy: proxyOf(env) });
  }

  get requestCount(): number {
    return this.#requestCount;
  }

  /** The repository of a package; a `file:` location is absolute. */
  packageRepository(location: RegistryLocation, name: PackageName, options: RemoteStoreOptions): Repository {
    if (location.kind === "file") return new FsLayoutStore(join(location.dir, name));
    return this.remote(location.host, repositoryPath(location.prefix, name), options);
  }

  /** The repositories that a registry says it has, below its prefix and one level deep; `undefined` where it tells nobody. */
  async packageNames(location: RegistryLocation, signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (location.kind === "file") return layoutNames(location.dir);
    const prefix = location.prefix === "" ? "" : `${location.prefix}/`;
    const repositories = await listRepositories(this.#client(canonicalHost(location.host)), signal);
    return repositories?.flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []));
  }

  /** What the facts about a package's repository are remembered by. */
  repositoryKey(location: RegistryLocation, name: PackageName): string {
    return `${formatRegistryLocation(location)}/${name}`;
  }

  remote(host: string, repository: string, options: RemoteStoreOptions): RemoteStore {
    return new RemoteStore(this.#client(canonicalHost(host)), repository, options);
  }

  proveLogin(host: string, login: Login, signal: AbortSignal): Promise<LoginProof> {
    return proveLogin(host, login, this.#clientPorts(), signal);
  }

  #client(host: string): RegistryClient {
    const known = this.#clients.get(host);
    if (known) return known;
    const client = new RegistryClient(host, { ...this.#clientPorts(), credentials: this.#credentials });
    this.#clients.set(host, client);
    return client;
  }

  #clientPorts(): Omit<RegistryPorts, "credentials"> {
    return {
      transport: observedTransport(this.#transport, () => {
        this.#requestCount += 1;
      }),
      clock: systemClock,
      insecureHosts: parseListVariable(this.#options.env, "VOX_INSECURE_REGISTRIES"),
    };
  }
}

/** VOX_REGISTRY, relative to where the command stands, else the folder that is built in. */
function defaultRegistry({ env, cwd, paths }: RegistryAccessOptions): RegistryLocation {
  const named = env["VOX_REGISTRY"] ?? "";
  const location = parseRegistryLocation(named === "" ? `file:${join(paths.dataDir, "registry")}` : named);
  return location.kind === "file" ? { ...location, dir: resolve(cwd, location.dir) } : location;
}

/** The token belongs to the host of VOX_REGISTRY alone (contracts, §8). */
function tokenSource(env: Environment, location: RegistryLocation): readonly CredentialSource[] {
  const token = env["VOX_REGISTRY_TOKEN"] ?? "";
  const isNamed = (env["VOX_REGISTRY"] ?? "") !== "";
  return token !== "" && isNamed && location.kind === "oci" ? [hostTokenSource(canonicalHost(location.host), token)] : [];
}

const dockerConfigFile = (env: Environment, home: string): string =>
  join(env["DOCKER_CONFIG"] || join(home, ".docker"), "config.json");

/** Where `vox login` keeps what it is told. */
export const dockerLogins = (env: Environment, home: string): LoginStore =>
  new DockerLoginStore(dockerConfigFile(env, home), new ProcessCredentialHelper({ env }));

function dockerCredentials(env: Environment, home: string): CredentialSource {
  const runtimeDir = env["XDG_RUNTIME_DIR"] ?? "";
  const files = [dockerConfigFile(env, home), ...(runtimeDir === "" ? [] : [join(runtimeDir, "containers", "auth.json")])];
  return new DockerConfigCredentials(files, new ProcessCredentialHelper({ env }));
}

function proxyOf(env: Environment) {
  const named = { https: env["HTTPS_PROXY"] ?? env["https_proxy"], no: env["NO_PROXY"] ?? env["no_proxy"] };
  return { ...(named.https ? { https: named.https } : {}), ...(named.no ? { no: named.no } : {}) };
}
