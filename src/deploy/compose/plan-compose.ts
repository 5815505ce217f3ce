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
  /** The ID of the image that should run; absent when the engine does not hold it. */
  readonly imageId?: string;
  readonly services: readonly ObservedService[];
  readonly last?: ComposeDesired;
  /** Whether what runs is what the last deployment left; one that was cut off may have left anything. */
  readonly isSettled: boolean;
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
      ...renewal(desired, changedSecrets),
      step("compose-up", desired.project, cause),
      ...desired.services.map((service) => step("await-health", service, "the deployment is done when it is well")),
    ],
    undo: undoing(desired, observed),
  };
}

/** Compose sees a new value of a variable, and not one of a file. */
const renewal = ({ service, secretFiles }: ComposeDesired, changedSecrets: readonly string[]): readonly PlanStep[] =>
  secretFiles && changedSecrets.length > 0 ? [step("compose-renew", service, otherSecrets(changedSecrets))] : [];

function undoing({ project }: ComposeDesired, { last }: ComposeObserved): readonly PlanStep[] {
  if (last === undefined) return [step("compose-down", project, "nothing ran before")];
  return [
    step("compose-put-back", last.project, `\`${shortHexOf(last.image)}\` ran before`),
    ...last.services.map((service) => step("await-health", service, "it is put back when it is well")),
  ];
}

/** Why something has to be done; `undefined` when all is as it should be. */
function causeOf(desired: ComposeDesired, observed: ComposeObserved, changedSecrets: readonly string[]): string | undefined {
  const { last, services, isSettled } = observed;
  if (services.length === 0) return "nothing runs";
  if (last === undefined) return "what runs was not recorded";
  if (last.image !== desired.image) return `\`${shortHexOf(last.image)}\` was deployed last`;
  if (last.file !== desired.file) return "the rendered file is another one than was deployed last";
  if (!isSettled) return "the deployment after it did not end";
  return departureOf(desired, observed) ?? (changedSecrets.length > 0 ? otherSecrets(changedSecrets) : undefined);
}

/** What of the project is not as it was deployed. */
function departureOf(desired: ComposeDesired, { services, imageId }: ComposeObserved): string | undefined {
  const missing = desired.services.find((name) => !services.some(({ service }) => service === name));
  if (missing !== undefined) return `\`${missing}\` does not run`;
  const own = services.find(({ service }) => service === desired.service);
  if (own && own.state.image !== imageId) return `\`${own.service}\` runs another image than was deployed`;
  const ill = services.find((service) => !isDone(service, desired) && !isUp(service));
  return ill && `\`${ill.service}\` is ${ill.state.status === "running" ? "unhealthy" : ill.state.status}`;
}

const isUp = ({ state }: ObservedService): boolean => state.status === "running" && state.health !== "unhealthy";

/** A service beside the application may have had one thing to do. */
const isDone = ({ service, state }: ObservedService, desired: ComposeDesired): boolean =>
  service !== desired.service && state.status === "exited" && state.exitCode === 0;

const otherSecrets = (names: readonly string[]): string =>
  `the value of ${names.map((name) => `\`${name}\``).join(", ")} is another one than runs`;
