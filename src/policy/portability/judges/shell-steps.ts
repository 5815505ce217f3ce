import type { ContainerFacts } from "../facts.ts";
import type { ProjectJudge } from "../judge.ts";
import { placeOf } from "../place.ts";
import { broken, held } from "../verdict.ts";

/** Enforces `no-shell-steps`. */
export const noShellSteps: ProjectJudge = (facts) => {
  const field = facts.container && shellField(facts.container);
  if (field === undefined) return facts.container && held("there are neither `packages` nor `run`");
  const { detail, hint } = shellVerdict(field);
  return broken(detail, { place: placeOf(facts, field), hint });
};

/** The field of [deploy.container] that has a shell make something of the image. */
export const shellField = (container: Pick<ContainerFacts, "packages" | "run">): "packages" | "run" | undefined =>
  (["packages", "run"] as const).find((key) => container[key].length > 0);

export const shellVerdict = (field: string) => ({
  detail: `\`${field}\` of [deploy.container] is forbidden`,
  hint: "build the lower part as an image of its own and name it in `base_image`",
});
