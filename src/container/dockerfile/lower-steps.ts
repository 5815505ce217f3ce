import { sortedByUtf8 } from "../../core/text-order.ts";
import type { LowerSteps } from "../plan/lower-plan.ts";
import { execForm } from "./quote.ts";

/** What a step of the generated lower part ends with when the base has no package manager that vox knows. */
export const NO_PACKAGE_MANAGER = "vox: the base has neither apk nor apt-get";

/** A layer that an engine makes: its instruction, and the words for the image's history. */
export interface LowerStep {
  readonly instruction: string;
  readonly createdBy: string;
}

/** The layers of the lower part, from below: packages, then one for each line of `run`. */
export function lowerSteps({ packages, run }: LowerSteps): readonly LowerStep[] {
  const install = packages.length === 0 ? [] : [installStep(packages)];
  return [...install, ...run.map(runStep)];
}

/** `ARG` lines, so that `run` sees the build arguments as variables; their values are handed to the engine beside the file. */
export const argLines = ({ buildArgs }: Pick<LowerSteps, "buildArgs">): readonly string[] =>
  sortedByUtf8(Object.keys(buildArgs), (name) => name).map((name) => `ARG ${name}`);

export interface LowerBase {
  /** What `FROM` names. */
  readonly from: string;
  /** The base's own user; absent for root. */
  readonly user?: string | undefined;
}

/** The Dockerfile of the lower part. Its steps run as root, since installing needs it; the image's config is not taken from this build. */
export const lowerDockerfile = ({ from, user }: LowerBase, lower: LowerSteps): string =>
  [
    `FROM ${from}`,
    ...argLines(lower),
    ...(isRoot(user) ? [] : ["USER 0"]),
    ...lowerSteps(lower).map((step) => step.instruction),
    "",
  ].join("\n");

/** Whether a config's `User` is root, whatever the group. */
export const isRoot = (user: string | undefined): boolean => /^(?:|0|root)(?::.*)?$/.test(user ?? "");

const inShell = (script: string): string => `RUN ${execForm(["/bin/sh", "-c", script])}`;

const runStep = (line: string): LowerStep => ({ instruction: inShell(line), createdBy: `vox: run ${line}` });

/** Names of system packages hold nothing that a shell reads (`vox-toml-deploy.ts`). */
function installStep(packages: readonly string[]): LowerStep {
  const names = packages.join(" ");
  return { instruction: inShell(installScript(names)), createdBy: `vox: packages ${names}` };
}

/** The package manager is looked for where it is, on the base. apk keeps no index behind, apt's lists are removed. */
const installScript = (names: string): string =>
  [
    "set -eu",
    "if command -v apk >/dev/null 2>&1; then",
    `  exec apk add --no-cache ${names}`,
    "fi",
    "if command -v apt-get >/dev/null 2>&1; then",
    "  export DEBIAN_FRONTEND=noninteractive",
    "  apt-get update",
    `  apt-get install -y --no-install-recommends ${names}`,
    "  apt-get clean",
    "  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log",
    "  exit 0",
    "fi",
    `echo '${NO_PACKAGE_MANAGER}' >&2`,
    "exit 127",
  ].join("\n");
