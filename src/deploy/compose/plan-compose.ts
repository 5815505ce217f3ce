import type { ContainerState } from "../../container/engine/engine.ts";
import { shortHexOf } from "../../core/digest.ts";
import { type DeployPlan, type PlanStep, step } from "../plan.ts";
import type { ComposeDesired } from "./compose-desired.ts";

export interface ObservedService {
  readonly service: string;
  readonly state: ContainerState;
}

/** What runs of a project, and what was last deployed there. */
export interface ComposeObserved {
  /** Of an image that comes from no registry. */
  readonly lacksImage: boolean;
  readonly services: readonly ObservedService[];
  readonly last?: ComposeDesired;
}

export interface ComposePlanInput {
  readonly desired: ComposeDesired;
  readonly observed: ComposeObserved;
  /** Names of secrets whose values are not those of the running container. */
  readonly changedSecrets: readonly string[];
}

/** Compose itself finds out which containers have to be made anew; vox says whether it is asked to, waits, and puts things back. */
export function planCompose({ desired, observed, changedSecrets }: ComposePlanInput): DeployPlan {
  const cause = causeOf(desired, observed, changedSecrets);
  if (cause === undefined) return { steps: [], undo: [] };
  return {
    steps: [
      ...(observed.lacksImage ? [step("load-image", desired.reference, "the engine does not hold it")] : []),
      step("compose-up", desired.project, cause),
      ...desired.services.map((service) => step("await-health", service, "the deployment is done when it is well")),
    ],
    undo: undoing(desired, observed),
  };
}

function undoing({ project }: ComposeDesired, { last }: ComposeObserved): readonly PlanStep[] {
  if (last === undefined) return [step("compose-down", project, "nothing ran before")];
  return [
    step("compose-put-back", last.project, `\`${shortHexOf(last.image)}\` ran before`),
    ...last.services.map((service) => step("await-health", service, "it is put back when it is well")),
  ];
}

/** Why something has to be done; `undefined` when all is as it should be. */
function causeOf(desired: ComposeDesired, observed: ComposeObserved, changedSecrets: readonly string[]): string | undefined {
  const { last, services } = observed;
  if (services.length === 0) return "nothing runs";
  if (last === undefined) return "what runs was not recorded";
  if (last.image !== desired.image) return `\`${shortHexOf(last.image)}\` was deployed last`;
  if (last.file !== desired.file) return "the rendered file is another one than was deployed last";
  const missing = desired.services.find((name) => !services.some(({ service }) => service === name));
  if (missing !== undefined) return `\`${missing}\` does not run`;
  const ill = services.find(({ state }) => state.status !== "running" || state.health === "unhealthy");
  if (ill) return `\`${ill.service}\` is ${ill.state.status === "running" ? "unhealthy" : ill.state.status}`;
  if (changedSecrets.length === 0) return undefined;
  return `the value of ${changedSecrets.map((name) => `\`${name}\``).join(", ")} is another one than runs`;
}
