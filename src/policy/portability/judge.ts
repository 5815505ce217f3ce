import type { ImageFacts, ProjectFacts } from "./facts.ts";
import type { Verdict } from "./verdict.ts";

/** Nothing where there is nothing to judge by: no application, no deployment, no such check. */
export type ProjectJudge = (facts: ProjectFacts) => Verdict | undefined;
export type ImageJudge = (facts: ImageFacts) => Verdict | undefined;
