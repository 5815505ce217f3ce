/** One file and one project, for a program that understands Compose files. */
export interface ComposeCall {
  readonly project: string;
  readonly file: string;
  /** Absolute; what relative paths in the file start from. */
  readonly folder: string;
  /** Given to the program's environment, never to its arguments. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** `docker compose`, `docker-compose` or `podman-compose`, whichever answers. */
export interface ComposeProgram {
  /** As it is called, for people. */
  readonly name: string;
  /** Whether it puts values of its own environment into containers as files. */
  readonly givesSecretFiles: boolean;
  /** Makes a service's container anew, as its files are only written then. @throws {VoxError} COMPOSE_FAILED */
  renew(call: ComposeCall, service: string): Promise<void>;
  /**
   * Brings services up in the background; nothing is built.
   * @returns the last lines that it printed: Podman's program says there, and by nothing else, that it could not
   * @throws {VoxError} COMPOSE_FAILED
   */
  up(call: ComposeCall, services: readonly string[]): Promise<string>;
  /** Takes the project down; volumes stay. @throws {VoxError} COMPOSE_FAILED */
  down(call: ComposeCall): Promise<void>;
}

export type ComposeFlavour = "docker compose" | "docker-compose" | "podman-compose";

/** The arguments of one action; data until the last moment, and compared whole in tests. */
export function composeArguments(
  flavour: ComposeFlavour,
  { project, file, folder }: Pick<ComposeCall, "project" | "file" | "folder">,
  action: readonly string[],
): readonly string[] {
  const command = flavour === "docker compose" ? ["compose"] : [];
  const base = flavour === "podman-compose" ? [] : ["--project-directory", folder];
  return [...command, "-p", project, "-f", file, ...base, ...action];
}

/** Podman's program leaves a container as it is when its service changes, unless it is told to take everything down before. */
export const upAction = (flavour: ComposeFlavour, services: readonly string[]): readonly string[] => [
  "up",
  "-d",
  "--no-build",
  "--remove-orphans",
  ...(flavour === "podman-compose" ? ["--force-recreate"] : []),
  ...services,
];

export const renewAction = (service: string): readonly string[] => [
  "up",
  "-d",
  "--no-build",
  "--no-deps",
  "--force-recreate",
  service,
];

/** Compose 1 knows secrets from files of the machine only, and Podman's program those that Podman keeps. */
export const givesSecretFiles = (flavour: ComposeFlavour, version: string): boolean =>
  flavour === "docker compose" || (flavour === "docker-compose" && !/\bversion v?1\./.test(version));
