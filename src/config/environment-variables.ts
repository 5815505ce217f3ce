/** The process's environment, as it is handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentVariable {
  readonly name: string;
  /** One sentence for the reference. */
  readonly meaning: string;
  readonly defaultText: string;
  /** `library`: read by a library that vox uses. */
  readonly status: "current" | "library";
}

const variable = (name: string, meaning: string, defaultText = "unset"): EnvironmentVariable => ({
  name,
  meaning,
  defaultText,
  status: "current",
});

const ofLibrary = (name: string, meaning: string): EnvironmentVariable => ({ ...variable(name, meaning), status: "library" });

/** Every variable that vox knows (contracts, §8); the reference page is made from this list. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  variable("VOX_CACHE_DIR", "Folder of the content cache.", "`$XDG_CACHE_HOME/vox`, else `~/.cache/vox`"),
  variable("VOX_DATA_DIR", "Folder of the embedded default registry.", "`$XDG_DATA_HOME/vox`, else `~/.local/share/vox`"),
  variable(
    "VOX_CONFIG_DIR",
    "Folder of the user's own configuration: `config.toml` and `policy.toml`.",
    "`$XDG_CONFIG_HOME/vox`, else `~/.config/vox`",
  ),
  variable(
    "VOX_REGISTRY",
    "Index of the default registry, `oci://HOST/PREFIX` or `file:DIR`.",
    "the embedded registry under `VOX_DATA_DIR`",
  ),
  variable("VOX_REGISTRY_TOKEN", "Token sent to the host of `VOX_REGISTRY` and to no other; needs both. Never printed."),
  variable("VOX_LANE", "The lane: `local`, `ci` or `release`.", "`ci` when `CI` is true, else `local`"),
  variable("VOX_OFFLINE", "A true value is `--offline` for every command that takes it.", "false"),
  variable("VOX_FROZEN", "A true value is `--frozen` for every command that reads the lock.", "false"),
  variable("VOX_LOCKED", "A true value is `--locked` for every command that reads the lock.", "false"),
  variable("VOX_SIGN_KEY", "File of the private key that signs what is packaged or deployed."),
  variable("VOX_SIGN_PASSWORD", "Password of the private key. Never printed."),
  variable("VOX_FULCIO_URL", "The certificate authority of `--keyless`.", "`https://fulcio.sigstore.dev`"),
  variable("VOX_REKOR_URL", "The transparency log of `--keyless`.", "`https://rekor.sigstore.dev`"),
  ofLibrary(
    "SIGSTORE_ID_TOKEN",
    "OIDC token of who signs with `--keyless`, where the job's own is not to be had. Never printed.",
  ),
  variable(
    "VOX_INSECURE_REGISTRIES",
    "Hosts, separated by commas, that may be spoken to without TLS; loopback always may.",
    "none",
  ),
  variable("NODE_COMPILE_CACHE", "Folder for what Node compiled of vox's own code.", "`code` in the cache"),
  variable("NODE_DISABLE_COMPILE_CACHE", "When set, compiled code is not kept."),
  variable("SOURCE_DATE_EPOCH", "Seconds since 1970 that stand for the time of the build.", "0"),
  variable("NO_COLOR", "Any value but the empty one turns colours off; `--color always` wins over it."),
  variable("TERM", "`dumb` turns colours and progress lines off.", "as the terminal sets it"),
  variable("CI", "True in a continuous-integration job: the lock is then held as the `ci` lane holds it.", "false"),
  variable("DOCKER_HOST", "Address of the container engine.", "that of the context in use, else the engine's own socket"),
  variable(
    "DOCKER_CONTEXT",
    "Context of Docker's client whose engine is used; DOCKER_HOST beats it.",
    "the one of `docker context use`",
  ),
  variable(
    "DOCKER_BUILDKIT",
    "`0` has Docker build the lower part of an image with its classic builder.",
    "BuildKit, where the engine has it",
  ),
  variable("DOCKER_TLS_VERIFY", "Any value but the empty one turns TLS on for an engine at a TCP address."),
  variable("DOCKER_CERT_PATH", "Folder of the `ca.pem`, `cert.pem` and `key.pem` for that.", "the system's certificates"),
  variable("CONTAINER_HOST", "Address of Podman's service, when the runtime is `podman`.", "Podman's own socket"),
  variable("CONTAINER_SSHKEY", "Private key for CONTAINER_HOST behind ssh.", "ssh's own"),
  variable("CONTAINER_CONNECTION", "Name of the connection of Podman's client to use; CONTAINER_HOST beats it."),
  variable("PODMAN_CONNECTIONS_CONF", "File of those connections.", "`containers/podman-connections.json` in XDG_CONFIG_HOME"),
  variable(
    "CONTAINERS_CONF",
    "The `containers.conf` that is read for them in place of all others.",
    "those of containers.conf(5)",
  ),
  variable("CONTAINERS_CONF_OVERRIDE", "A `containers.conf` that is read after the others."),
  variable("DOCKER_CONFIG", "Folder of Docker's `config.json`, where registry credentials are.", "`~/.docker`"),
  ofLibrary("HTTPS_PROXY", "Proxy for registries that are spoken to with TLS."),
  ofLibrary("NO_PROXY", "Hosts that are reached without the proxy."),
  variable("XDG_CACHE_HOME", "Base folder of caches.", "`~/.cache`"),
  variable("XDG_DATA_HOME", "Base folder of data.", "`~/.local/share`"),
  variable("XDG_CONFIG_HOME", "Base folder of configuration.", "`~/.config`"),
  variable("XDG_RUNTIME_DIR", "Folder of the user's sockets, and of Podman's `containers/auth.json`."),
];

/** Variables whose value no output may show. */
export const SECRET_VARIABLES = ["VOX_REGISTRY_TOKEN", "VOX_SIGN_PASSWORD", "SIGSTORE_ID_TOKEN"] as const;
