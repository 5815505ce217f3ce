/** The variables that Docker's and Podman's own clients read. */
export interface EngineEnvironment {
  readonly DOCKER_HOST?: string | undefined;
  readonly DOCKER_CONTEXT?: string | undefined;
  readonly DOCKER_TLS_VERIFY?: string | undefined;
  readonly DOCKER_CERT_PATH?: string | undefined;
  readonly DOCKER_BUILDKIT?: string | undefined;
  readonly CONTAINER_HOST?: string | undefined;
  readonly CONTAINER_SSHKEY?: string | undefined;
  readonly CONTAINER_CONNECTION?: string | undefined;
  readonly CONTAINERS_CONF?: string | undefined;
  readonly CONTAINERS_CONF_OVERRIDE?: string | undefined;
  readonly PODMAN_CONNECTIONS_CONF?: string | undefined;
  readonly XDG_CONFIG_HOME?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
}
