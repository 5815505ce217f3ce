import { checkProvenance, PROVENANCE_CHECKS } from "../policy/provenance/check-provenance.ts";
import type { ProvenanceFacts } from "../policy/provenance/provenance-facts.ts";
import type { Finding } from "./finding.ts";

export interface ProvenanceOptions {
  /** What asks for trust blocks too. */
  readonly strict: boolean;
}

/** What `vox ci pm-provenance` says of the locked packages, in the order of the lock. */
export const provenanceFindings = (packages: readonly ProvenanceFacts[], { strict }: ProvenanceOptions): readonly Finding[] =>
  packages.flatMap((facts) =>
    checkProvenance(facts).map(({ check, message }): Finding => ({
      id: check,
      severity: strict || !TRUST.has(check) ? "error" : "warning",
      message: `\`${facts.name}@${facts.version}\` of registry \`${facts.registry}\`: ${message}`,
      file: "vox.lock",
      line: facts.line,
    })),
  );

const TRUST: ReadonlySet<string> = new Set(PROVENANCE_CHECKS.filter(({ trust }) => trust).map(({ id }) => id));
