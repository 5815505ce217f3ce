import type { Severity } from "../../config/severity.ts";
import type { ImageFacts, ProjectFacts } from "./facts.ts";
import { INVARIANTS, type InvariantId } from "./invariant.ts";
import { IMAGE_JUDGES, PROJECT_JUDGES } from "./judges.ts";
import type { Severities } from "./lanes.ts";
import type { Verdict } from "./verdict.ts";

/** What became of one invariant. */
export interface InvariantReport {
  readonly id: InvariantId;
  readonly statement: string;
  readonly severity: Severity;
  /** None where it is off, where there is nothing to judge it on, and of what the program keeps by itself. */
  readonly verdicts: readonly Verdict[];
  /** Whether a project has no means to break it. */
  readonly keptByVox: boolean;
}

/** What there is to judge by. */
export interface JudgedFacts {
  /** Each application that is looked at. */
  readonly projects: readonly ProjectFacts[];
  readonly image?: ImageFacts;
}

/** Every invariant with what its judges say, in the order of the policy. */
export const judgeInvariants = (severities: Severities, facts: JudgedFacts): readonly InvariantReport[] =>
  INVARIANTS.map(({ id, statement, judgedOn }) => {
    const severity = severities.get(id) ?? "off";
    const verdicts = severity === "off" ? [] : verdictsOn(id, facts);
    return { id, statement, severity, verdicts, keptByVox: judgedOn.length === 0 };
  });

function verdictsOn(id: InvariantId, { projects, image }: JudgedFacts): readonly Verdict[] {
  const onProjects = isIn(PROJECT_JUDGES, id) ? projects.map((facts) => PROJECT_JUDGES[id](facts)) : [];
  const onImage = image && isIn(IMAGE_JUDGES, id) ? [IMAGE_JUDGES[id](image)] : [];
  return [...onProjects, ...onImage].filter((verdict) => verdict !== undefined);
}

const isIn = <Id extends InvariantId>(judges: Readonly<Record<Id, unknown>>, id: InvariantId): id is Id => id in judges;
