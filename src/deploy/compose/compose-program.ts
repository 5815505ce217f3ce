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
  /** Brings services up in the background; nothing is built. @throws {VoxError} COMPOSE_FAILED */
  up(call: ComposeCall, services: readonly string[]): Promise<void>;
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

export const upAction = (services: readonly string[]): readonly string[] => [
  "up",
  "-d",
  "--no-build",
  "--remove-orphans",
  ...services,
];
