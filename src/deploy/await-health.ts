import { VoxError } from "../errors/vox-error.ts";
import type { Container, ContainerState } from "../container/engine/engine.ts";
import type { HealthWait } from "./health-wait.ts";

export interface HealthPorts {
  readonly signal: AbortSignal;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** The status of an answer; `undefined` when there is none. */
  probe(url: string, signal: AbortSignal): Promise<number | undefined>;
  /** Where a port is that the engine published, `127.0.0.1` for an engine of this machine. */
  readonly host: string;
  /** Whether the engine runs health checks by itself; Podman does only under systemd. */
  readonly runsChecks: boolean;
}

const PAUSE_MS = 250;
/** So long it has to run, when nobody can ask it, in looks. */
const STABLE_LOOKS = 8;
const LOOKS_A_CHECK = 4;
const LOG_LINES = 20;

type Verdict = "well" | "ill" | "unclear";

/**
 * Waits until a container is well.
 * @throws {VoxError} DEPLOY_FAILED with the last lines that it printed, when it is ill, has ended, or takes too long
 */
export async function awaitHealth(container: Container, wait: HealthWait, ports: HealthPorts): Promise<void> {
  const looks = Math.ceil(wait.timeoutMs / PAUSE_MS);
  let restarts: number | undefined;
  for (let look = 1; look <= looks; look += 1) {
    const state = await container.inspect();
    restarts ??= state.restarts;
    if (wait.kind === "running" && wait.mayEnd && hasEndedWell(state)) return;
    if (hasEnded(state) || state.restarts > restarts)
      throw await failure(container, `\`${container.name}\` ${endingOf(state)}`);
    const verdict = await judge(container, state, wait, look, ports);
    if (verdict === "well") return;
    if (verdict === "ill") throw await failure(container, `\`${container.name}\` is unhealthy`);
    await ports.sleep(PAUSE_MS, ports.signal);
  }
  throw await failure(container, `\`${container.name}\` did not become healthy in ${Math.round(wait.timeoutMs / 1000)} s`);
}

const hasEnded = ({ status }: ContainerState): boolean => !["running", "created", "initialized", "configured"].includes(status);

const hasEndedWell = ({ status, exitCode }: ContainerState): boolean => status === "exited" && exitCode === 0;

/** Once it runs again, an engine does not tell how it ended before. */
const endingOf = (state: ContainerState): string =>
  state.status === "running" ? "ended, and the engine started it again" : `ended with exit code ${state.exitCode}`;

async function judge(
  container: Container,
  state: ContainerState,
  wait: HealthWait,
  look: number,
  ports: HealthPorts,
): Promise<Verdict> {
  if (state.status !== "running") return "unclear";
  const asked = wait.kind === "http" ? await answers(state, wait, ports) : undefined;
  if (asked !== undefined) return asked ? "well" : "unclear";
  if (state.health === "healthy") return "well";
  if (state.health === "unhealthy" && ports.runsChecks) return "ill";
  if (wait.kind === "command") return (await passesCheck(container, wait, look)) ? "well" : "unclear";
  return state.health === undefined && look > STABLE_LOOKS ? "well" : "unclear";
}

/** The engine's first look may be half a minute away, and Podman without systemd never looks: the check is run here as well. */
async function passesCheck(
  container: Container,
  { command }: HealthWait & { readonly kind: "command" },
  look: number,
): Promise<boolean> {
  return look % LOOKS_A_CHECK === 0 && (await container.exec(command)) === 0;
}

/** A port that is published nowhere, or on another machine's loopback, cannot be asked at: `undefined`, and that it goes on running must do. */
async function answers(
  { ports }: ContainerState,
  { port, path }: HealthWait & { readonly kind: "http" },
  { probe, host, signal }: HealthPorts,
): Promise<boolean | undefined> {
  const published = ports.find(({ container }) => container === port);
  if (!published || (isLoopback(published.address) && !isLoopback(host))) return undefined;
  const address = isAnyAddress(published.address) ? host : published.address;
  const status = await probe(`http://${address.includes(":") ? `[${address}]` : address}:${published.host}${path}`, signal);
  return status !== undefined && status >= 200 && status < 400;
}

const isLoopback = (address: string): boolean => /^(?:127\.|\[?::1\]?$|localhost$)/.test(address);

const isAnyAddress = (address: string): boolean => address === "" || address === "0.0.0.0" || address === "::";

async function failure(container: Container, message: string): Promise<VoxError> {
  const logs = (await container.logs({ lines: LOG_LINES })).trim();
  return new VoxError("DEPLOY_FAILED", message, {
    hint: "see what it printed, below",
    cause: new Error(logs === "" ? "it printed nothing" : logs),
  });
}
