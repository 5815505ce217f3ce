import type { Annotations } from "../../oci/descriptor.ts";
import { instructionsOf } from "../../oci/dockerfile-text.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { LowerDockerfile } from "../plan/lower-plan.ts";
import type { RunSettings } from "../plan/run-settings.ts";
import { argumentEdits, contextEdits } from "./context-folder.ts";
import { addLines, type AddedLayer, HEAD, type ImageDockerfile } from "./image-dockerfile.ts";
import { settingInstructions } from "./run-instructions.ts";
import { edited, type TextEdit } from "./text-edits.ts";

/** Where the context of a project's own Dockerfile is, beside the Dockerfile that is made of it. */
export const CONTEXT_FOLDER = "context";

export interface OwnDockerfileInput {
  readonly lower: LowerDockerfile;
  /** What an engine is to pull, or a stage of `before`. */
  readonly nameOf: (image: LockedBaseImage) => string;
  /** A stage before the first. */
  readonly before: readonly string[];
  /** From below. */
  readonly layers: readonly AddedLayer[];
  readonly run: RunSettings;
  readonly labels: Annotations;
}

/**
 * A project's own Dockerfile with its images as they are locked, its arguments given and its context in a folder, and then what vox lays upon
 * it. Nobody has built it, so that what Vox.toml says is said whole.
 * @throws {VoxError} DEPLOY_UNSUPPORTED
 */
export function ownDockerfile({ lower, nameOf, before, layers, run, labels }: OwnDockerfileInput): ImageDockerfile {
  const { text, images, buildArgs } = lower;
  const own = edited(text, [
    ...stageEdits(text, before),
    ...images.map(({ start, end, locked }): TextEdit => ({ start, end, text: nameOf(locked) })),
    ...contextEdits(text, CONTEXT_FOLDER),
    ...argumentEdits(text, buildArgs),
  ]);
  const upon = [...addLines(layers), ...settingInstructions(run, labels)];
  return { text: [...HEAD, own.trimEnd(), ...upon, ""].join("\n"), leftovers: leftoversOf(text, run) };
}

/** Arguments for all stages stand before the first one. */
function stageEdits(text: string, lines: readonly string[]): readonly TextEdit[] {
  if (lines.length === 0) return [];
  const start = namedInstructions(text, "FROM")[0]?.words[0]?.start ?? 0;
  return [{ start, end: start, text: `${lines.join("\n")}\n` }];
}

function leftoversOf(text: string, { ports, volumes }: RunSettings): readonly string[] {
  return [
    ...(ports && namedInstructions(text, "EXPOSE").length > 0 ? ["the ports of your `EXPOSE`"] : []),
    ...(volumes && namedInstructions(text, "VOLUME").length > 0 ? ["the volumes of your `VOLUME`"] : []),
  ];
}

const namedInstructions = (text: string, name: string) =>
  [...instructionsOf(text)].filter(({ words }) => words[0]?.text.toUpperCase() === name);
