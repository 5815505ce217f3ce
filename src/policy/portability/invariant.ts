import type { Severity } from "../../config/severity.ts";
import { PORTABILITY_POLICY } from "./generated/portability-policy.ts";

type Declared = (typeof PORTABILITY_POLICY)["invariants"][number];

export type InvariantId = Declared["id"];
/** Those that are judged before anything is built. */
export type ProjectInvariantId = Extract<Declared, { readonly judged_on: readonly ["project", ...string[]] }>["id"];
/** Those that are judged on an image. */
export type ImageInvariantId = Extract<Declared, { readonly judged_on: readonly [...string[], "image"] }>["id"];

export interface Invariant {
  readonly id: InvariantId;
  readonly statement: string;
  readonly judgedOn: readonly ("project" | "image")[];
  readonly lanes: Readonly<Record<"local" | "ci" | "release", Severity>>;
}

/** All invariants, in the order of the policy. */
export const INVARIANTS: readonly Invariant[] = PORTABILITY_POLICY.invariants.map(({ id, statement, judged_on, lanes }) => ({
  id,
  statement,
  judgedOn: judged_on,
  lanes,
}));
