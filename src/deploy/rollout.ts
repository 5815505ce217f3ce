import type { Container } from "../container/engine/engine.ts";
import type { DeployPlan, PlanStep } from "./plan.ts";

/** A plan that was made from a look at one target, and the hands to carry it out. */
export interface Rollout {
  readonly plan: DeployPlan;
  act(step: PlanStep): Promise<void>;
  /** The container that runs when the plan is done. */
  fresh(): Container | undefined;
}
