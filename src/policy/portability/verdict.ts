/** What a judge makes of the facts. */
export type Verdict =
  | { readonly kind: "held"; readonly detail: string }
  | Broken
  /** It cannot be told, and why. */
  | { readonly kind: "unknown"; readonly detail: string };

export interface Broken {
  readonly kind: "broken";
  readonly detail: string;
  readonly place?: Place;
  /** An act that mends it. */
  readonly hint?: string;
}

/** A path from the project's root, and a line from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
}

export const held = (detail: string): Verdict => ({ kind: "held", detail });

export const unknown = (detail: string): Verdict => ({ kind: "unknown", detail });

export const broken = (detail: string, { place, hint }: Omit<Broken, "kind" | "detail"> = {}): Verdict => ({
  kind: "broken",
  detail,
  ...(place && { place }),
  ...(hint !== undefined && { hint }),
});
