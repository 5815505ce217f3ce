import type { ContainerState } from "../../container/engine/engine.ts";
import { shortHexOf } from "../../core/digest.ts";
import { type DeployPlan, type PlanStep, step } from "../plan.ts";
import { LABEL } from "../labels.ts";
import { type EngineDesired, fingerprintOf } from "./desired-container.ts";

export interface ObservedContainer {
  readonly name: string;
  readonly state: ContainerState;
}

/** What an engine runs for one environment, newest first. */
export interface EngineObserved {
  readonly holdsImage: boolean;
  readonly containers: readonly ObservedContainer[];
}

export interface EnginePlanInput {
  readonly desired: EngineDesired;
  readonly observed: EngineObserved;
  /** Of the deployment: each has a container of its own name, so that two can run side by side. */
  readonly sequence: number;
  /** Names of secrets whose values are not those of the running container. */
  readonly changedSecrets: readonly string[];
  /** Whether the last deployment ended: what one that was cut off started was never waited for. */
  readonly isSettled: boolean;
}

/** A name that no container of the environment has: two can run side by side, and other machines count deployments of their own. */
function containerName(
  { imageName, environment }: EngineDesired,
  sequence: number,
  taken: readonly ObservedContainer[],
): string {
  const base = `${imageName.replaceAll("/", "-")}-${environment}-${sequence}`;
  const names = new Set(taken.map(({ name }) => name));
  for (let attempt = 1; ; attempt += 1) {
    const name = attempt === 1 ? base : `${base}.${attempt}`;
    if (!names.has(name)) return name;
  }
}

/**
 * The new container is started beside the old one, which goes when the new one is well, so that nothing is down in between. Only a
 * port of the host that both would publish makes the old one stop first.
 */
export function planEngine({ desired, observed, sequence, changedSecrets, isSettled }: EnginePlanInput): DeployPlan {
  const fresh = containerName(desired, sequence, observed.containers);
  const good = changedSecrets.length > 0 ? undefined : observed.containers.find((container) => isGood(container, desired));
  const others = observed.containers.filter((container) => container !== good);
  if (good) return isSettled && others.length === 0 ? NOTHING : finishing(good, others);
  const blocking = others.filter((container) => holdsPort(container, desired));
  const removals = others.map(({ name }) => step("remove-container", name, `\`${fresh}\` runs in its place`));
  return {
    steps: [
      ...loading(desired, observed),
      ...blocking.map(({ name }) => step("stop-container", name, "it holds a port that can be published once only")),
      step("start-container", fresh, causeOf(desired, others, changedSecrets)),
      step("await-health", fresh, "it replaces nothing before it is well"),
      ...removals,
    ],
    undo: [step("remove-container", fresh, "it is not well"), ...resuming(blocking)],
  };
}

const NOTHING: DeployPlan = { steps: [], undo: [] };

/** What a deployment that was cut off had started is waited for before what ran before goes. */
function finishing({ name }: ObservedContainer, others: readonly ObservedContainer[]): DeployPlan {
  const stopped = others.filter(({ state }) => state.status !== "running");
  return {
    steps: [
      step("await-health", name, "the deployment that started it did not end"),
      ...others.map((other) => step("remove-container", other.name, `\`${name}\` runs in its place`)),
    ],
    undo: [step("remove-container", name, "it is not well"), ...resuming(stopped)],
  };
}

const loading = ({ reference }: EngineDesired, { holdsImage }: EngineObserved): readonly PlanStep[] =>
  holdsImage ? [] : [step("load-image", reference, "the engine does not hold it")];

const resuming = (stopped: readonly ObservedContainer[]): readonly PlanStep[] =>
  stopped.flatMap(({ name }) => [
    step("resume-container", name, "it ran before"),
    step("await-health", name, "it is put back when it is well"),
  ]);

function isGood({ state }: ObservedContainer, desired: EngineDesired): boolean {
  return state.labels[LABEL.desired] === fingerprintOf(desired) && state.status === "running" && state.health !== "unhealthy";
}

function holdsPort({ state }: ObservedContainer, desired: EngineDesired): boolean {
  const wanted = new Set(desired.ports.flatMap(({ host }) => (host === undefined ? [] : [host])));
  return state.status === "running" && state.ports.some(({ host }) => wanted.has(host));
}

function causeOf(desired: EngineDesired, others: readonly ObservedContainer[], changedSecrets: readonly string[]): string {
  const running = others.find(({ state }) => state.status === "running");
  if (!running) return others[0] ? `\`${others[0].name}\` is ${others[0].state.status}` : "nothing runs";
  const { labels, health } = running.state;
  if (labels[LABEL.image] !== desired.image)
    return `\`${running.name}\` runs another image than \`${shortHexOf(desired.image)}\``;
  if (labels[LABEL.desired] !== fingerprintOf(desired)) return `\`${running.name}\` runs with other settings`;
  if (changedSecrets.length > 0)
    return `the value of ${changedSecrets.map((name) => `\`${name}\``).join(", ")} is another one than \`${running.name}\` has`;
  return `\`${running.name}\` is ${health ?? "not well"}`;
}
