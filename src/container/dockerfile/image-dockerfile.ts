import type { RunConfig } from "../../oci/image-config.ts";
import type { LowerSteps } from "../plan/lower-plan.ts";
import { argLines, isRoot, lowerSteps } from "./lower-steps.ts";
import { execForm, quotedValue } from "./quote.ts";
import { runInstructions } from "./run-instructions.ts";

/** A tar beside the Dockerfile. */
export interface AddedLayer {
  /** Relative to the Dockerfile. */
  readonly file: string;
  /** For people. */
  readonly title: string;
}

export interface ImageDockerfileInput {
  /** A reference with a digest, or `scratch`. */
  readonly from: string;
  /** Of what `from` names. */
  readonly below: RunConfig;
  readonly lower?: LowerSteps | undefined;
  /** From below. */
  readonly layers: readonly AddedLayer[];
  readonly wanted: RunConfig;
}

export interface ImageDockerfile {
  readonly text: string;
  /** What the base has and a Dockerfile cannot take away. */
  readonly leftovers: readonly string[];
}

export const HEAD: readonly string[] = [
  "# Made by `vox package --format dockerfile` from vox.lock; build it with `docker build .` in this folder.",
  "# The image has the files and the run configuration of the one that vox builds. Its layers' digests differ: engines write tars anew.",
];

/**
 * A Dockerfile for the same file tree and run configuration as the native image (contracts, §7 "Engines").
 * @throws {VoxError} DEPLOY_UNSUPPORTED for a line break where a Dockerfile can hold none
 */
export function imageDockerfile({ from, below, lower, layers, wanted }: ImageDockerfileInput): ImageDockerfile {
  const asRoot = lower !== undefined && !isRoot(below.User);
  const { lines, leftovers } = runInstructions(asRoot ? { ...below, User: "0" } : below, wanted);
  const upon = [...addLines(layers), ...lines, ""];
  const text = [...HEAD, `FROM ${from}`, ...(lower ? lowerLines(lower, asRoot) : []), ...upon].join("\n");
  return { text, leftovers };
}

/** `ADD` unpacks a tar as root, whoever the stage's user is. */
export const addLines = (layers: readonly AddedLayer[]): readonly string[] =>
  layers.flatMap(({ file, title }) => [`# ${title}`, `ADD ${execForm([file, "/"])}`]);

/** Build arguments have their values as defaults, so that nothing need be given to the build. */
function lowerLines(lower: LowerSteps, asRoot: boolean): readonly string[] {
  const args = argLines(lower).map((line) => `${line}=${quotedValue(lower.buildArgs[line.slice("ARG ".length)] ?? "")}`);
  return [...args, ...(asRoot ? ["USER 0"] : []), ...lowerSteps(lower).map((step) => step.instruction)];
}
