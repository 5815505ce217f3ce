import { execa } from "execa";
import { VoxError } from "../../errors/vox-error.ts";
import { hideValues } from "../hide-values.ts";
import {
  type ComposeCall,
  composeArguments,
  type ComposeFlavour,
  type ComposeProgram,
  givesSecretFiles,
  renewAction,
  upAction,
} from "./compose-program.ts";

export interface FindComposeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The engine that vox itself speaks to. */
  readonly engine: { readonly kind: "docker" | "podman"; readonly endpoint: string };
  readonly signal: AbortSignal;
}

const PROGRAMS: Readonly<Record<ComposeFlavour, readonly [string, ...string[]]>> = {
  "docker compose": ["docker", "compose", "version"],
  "docker-compose": ["docker-compose", "version"],
  "podman-compose": ["podman-compose", "--version"],
};
/** Docker's programs speak to Podman's service too; Podman's own speaks to Podman alone. */
const ORDER = {
  docker: ["docker compose", "docker-compose"],
  podman: ["podman-compose", "docker compose", "docker-compose"],
} as const;
const TOLD_LINES = 20;

/**
 * The first Compose program that answers.
 * @throws {VoxError} COMPOSE_UNAVAILABLE saying what was tried
 */
export async function findCompose(options: FindComposeOptions): Promise<ComposeProgram> {
  const candidates: readonly ComposeFlavour[] = ORDER[options.engine.kind];
  for (const flavour of candidates) {
    const [program, ...args] = PROGRAMS[flavour];
    const { failed, stdout } = await execa(program, args, { ...base(options), reject: false });
    if (!failed) return composeProgram(flavour, stdout, options);
  }
  const tried = candidates.map((flavour) => `\`${flavour}\``).join(", ");
  throw new VoxError("COMPOSE_UNAVAILABLE", `no Compose program answers: tried ${tried}`);
}

function composeProgram(flavour: ComposeFlavour, version: string, options: FindComposeOptions): ComposeProgram {
  const run = async (call: ComposeCall, action: readonly string[]): Promise<string> => {
    const [program] = PROGRAMS[flavour];
    const settings = base(options);
    const result = await execa(program, composeArguments(flavour, call, action), {
      ...settings,
      cwd: call.folder,
      env: { ...settings.env, ...Object.fromEntries(call.secrets) },
      reject: false,
      all: true,
    });
    options.signal.throwIfAborted();
    const told = lastLines(hideValues(result.all ?? "", call.secrets.values()));
    if (result.failed) throw failureOf(`${flavour} ${action[0] ?? ""}`, result.exitCode, told);
    return told;
  };
  return {
    name: flavour,
    givesSecretFiles: givesSecretFiles(flavour, version),
    renew: async (call, service) => void (await run(call, renewAction(service))),
    up: (call, services) => run(call, upAction(flavour, services)),
    down: async (call) => void (await run(call, ["down"])),
  };
}

const base = ({ env, engine, signal }: FindComposeOptions) =>
  ({
    extendEnv: false,
    env: { ...withoutOwn(env), DOCKER_HOST: engine.endpoint, CONTAINER_HOST: engine.endpoint },
    stdin: "ignore",
    cancelSignal: signal,
  }) as const;

/** Tokens and passwords of vox are none of the program's business, nor of a file that substitutes variables. */
const withoutOwn = (env: FindComposeOptions["env"]): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("VOX_")));

const lastLines = (text: string): string => text.trim().split("\n").slice(-TOLD_LINES).join("\n");

function failureOf(what: string, exitCode: number | undefined, told: string): VoxError {
  return new VoxError("COMPOSE_FAILED", `\`${what}\` ended with exit code ${exitCode ?? "unknown"}`, {
    hint: "see what it printed, below",
    cause: new Error(told === "" ? "it printed nothing" : told),
  });
}
