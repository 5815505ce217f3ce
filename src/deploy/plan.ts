/** One thing that will be done, and why. Every step may be done again: what is so already stays so. */
export interface PlanStep {
  readonly kind: StepKind;
  /** The image, container or service that it is about. */
  readonly subject: string;
  /** One phrase. */
  readonly cause: string;
}

export type StepKind =
  | "load-image"
  | "stop-container"
  | "start-container"
  | "resume-container"
  | "remove-container"
  | "compose-renew"
  | "compose-up"
  | "compose-put-back"
  | "compose-down"
  | "await-health";

/** What brings an environment from what runs to what should run; printed by `--dry-run`, and compared by tests. */
export interface DeployPlan {
  /** Empty when all is as it should be. */
  readonly steps: readonly PlanStep[];
  /** What puts things back as they were, should a step fail. */
  readonly undo: readonly PlanStep[];
}

export const step = (kind: StepKind, subject: string, cause: string): PlanStep => ({ kind, subject, cause });

export const formatStep = ({ kind, subject, cause }: PlanStep): string => `${WORDS[kind]} \`${subject}\`: ${cause}`;

const WORDS: Readonly<Record<StepKind, string>> = {
  "load-image": "load image",
  "stop-container": "stop container",
  "start-container": "start container",
  "resume-container": "start container",
  "remove-container": "remove container",
  "compose-renew": "make anew",
  "compose-up": "bring up project",
  "compose-put-back": "bring up project",
  "compose-down": "take down project",
  "await-health": "wait for",
};
