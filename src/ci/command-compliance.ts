import type { Lane } from "../config/lock-mode.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Finding } from "./finding.ts";
import type { ComplianceFacts, Validator } from "./validator.ts";

/**
 * The checks with these ids, or all of them when none is named.
 * @throws {VoxError} USAGE for an id that no check has
 */
export function selectValidators(validators: readonly Validator[], ids: readonly string[]): readonly Validator[] {
  const known = new Set(validators.map((validator) => validator.id));
  for (const id of ids) {
    if (!known.has(id))
      throw new VoxError("USAGE", `no check is named \`${id}\``, { hint: "run `vox ci command-compliance --list`" });
  }
  return ids.length === 0 ? validators : validators.filter((validator) => ids.includes(validator.id));
}

/** What all checks found, in their order, as errors or as warnings by the lane. */
export const runValidators = (
  validators: readonly Validator[],
  facts: ComplianceFacts,
  lane: Lane = "ci",
): readonly Finding[] =>
  validators.flatMap((validator) => {
    const findings = validator.run(facts);
    return lane === "local" && validator.advisoryLocally === true ? findings.map(advice) : findings;
  });

const advice = (finding: Finding): Finding => ({ ...finding, severity: "warning" });
