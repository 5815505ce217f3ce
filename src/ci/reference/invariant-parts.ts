import { PORTABILITY_POLICY } from "../../policy/portability/generated/portability-policy.ts";
import type { GeneratedParts } from "./generated-parts.ts";
import { markdownTable } from "./generated-note.ts";

const { invariants } = PORTABILITY_POLICY;
const code = (word: string): string => `\`${word}\``;

/** What the normative page says of the invariants: the table, and a box of its checklist for each. */
export const invariantParts = (): GeneratedParts => ({
  invariants: markdownTable(
    ["id", "statement", "`local`", "`ci`", "`release`", "enforcement home"],
    invariants.map(({ id, statement, lanes, enforced_in }) => [
      code(id),
      statement,
      lanes.local,
      lanes.ci,
      lanes.release,
      code(enforced_in),
    ]),
  ),
  "invariant-boxes": invariants
    .map(({ id, statement, shown_by }) => `- [x] \`${id}\`: ${statement} ${shown_by.map(code).join(", ")}`)
    .join("\n"),
});
