import type { HistoryEntry, ImageConfig } from "../../oci/image-config.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import { lowerSteps } from "../dockerfile/lower-steps.ts";
import { baseHistory } from "../plan/history.ts";
import type { PlannedLower } from "../plan/lower-plan.ts";
import type { BuiltLower } from "./lower-records.ts";

interface LowerFacts {
  readonly lower: PlannedLower;
  readonly base: BaseImage;
  /** RFC 3339. */
  readonly created: string;
}

/** The config of a lower part: of a Dockerfile its own settings; steps add layers, and nothing of how the image runs. */
export function lowerConfig({ lower, base, created }: LowerFacts, { layers, config: built }: BuiltLower): ImageConfig {
  const config = lower.kind === "dockerfile" ? built.config : base.config.config;
  const history =
    lower.kind === "dockerfile" ? engineHistory(base, built, created) : stepHistory(lower, layers.length, created);
  const { config: _, ...facts } = base.config;
  return {
    ...facts,
    ...(config && { config }),
    rootfs: { type: "layers", diff_ids: [...base.config.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    history: [...baseHistory(base.config), ...history],
  };
}

/** What the engine wrote above the base's entries, without its clock. */
const engineHistory = (base: BaseImage, { history = [] }: ImageConfig, created: string): readonly HistoryEntry[] =>
  history.slice(base.config.history?.length ?? 0).map(({ created_by, empty_layer }) => ({
    created,
    ...(created_by !== undefined && { created_by }),
    ...(empty_layer !== undefined && { empty_layer }),
  }));

function stepHistory(lower: Extract<PlannedLower, { kind: "steps" }>, count: number, created: string): readonly HistoryEntry[] {
  const steps = lowerSteps(lower);
  return Array.from({ length: count }, (_layer, index) => ({
    created,
    created_by: (steps.length === count ? steps[index]?.createdBy : undefined) ?? "vox: lower part",
  }));
}
