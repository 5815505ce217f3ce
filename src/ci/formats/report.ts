import type { Finding } from "../finding.ts";
import type { Validator } from "../validator.ts";

/** What a gate found, with the checks that ran. */
export interface Report {
  readonly validators: readonly Pick<Validator, "id" | "statement">[];
  readonly findings: readonly Finding[];
  readonly toolVersion: string;
}
