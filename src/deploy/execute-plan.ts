import type { EventSink } from "../core/events.ts";
import { type DeployPlan, formatStep, type PlanStep } from "./plan.ts";

/** What became of a plan. */
export type Outcome =
  | { readonly kind: "succeeded" }
  /** A step failed, and all is as it was before. */
  | { readonly kind: "rolled-back"; readonly error: unknown }
  /** A step failed, and so did putting things back. */
  | { readonly kind: "failed"; readonly error: unknown; readonly undoError: unknown };

export interface ExecutePorts {
  readonly signal: AbortSignal;
  readonly onEvent: EventSink;
}

export type Act = (step: PlanStep) => Promise<void>;

/**
 * Does the steps of a plan one after another; when one fails, what puts things back. Stopped by the user, it does nothing more: the
 * start that was recorded says so, and the next deployment goes on from what it finds. Enforces `rollout-put-back`.
 */
export async function executePlan(plan: DeployPlan, act: Act, ports: ExecutePorts): Promise<Outcome> {
  try {
    await doSteps(plan.steps, act, ports);
    return { kind: "succeeded" };
  } catch (error) {
    ports.signal.throwIfAborted();
    return undo(plan, error, act, ports);
  }
}

async function undo(plan: DeployPlan, error: unknown, act: Act, ports: ExecutePorts): Promise<Outcome> {
  try {
    await doSteps(plan.undo, act, ports);
    return { kind: "rolled-back", error };
  } catch (undoError) {
    ports.signal.throwIfAborted();
    return { kind: "failed", error, undoError };
  }
}

async function doSteps(steps: readonly PlanStep[], act: Act, { signal, onEvent }: ExecutePorts): Promise<void> {
  for (const step of steps) {
    signal.throwIfAborted();
    onEvent({ kind: "step", message: formatStep(step) });
    await act(step);
  }
}
