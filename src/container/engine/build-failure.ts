import { platformParts, type Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { NO_PACKAGE_MANAGER } from "../dockerfile/lower-steps.ts";
import type { BuildReport } from "./build-progress.ts";
import { isNoSpace, MAKE_ROOM } from "./no-space.ts";

/**
 * The image that a build's answer tells of.
 * @throws {VoxError} ENGINE_BUILD_FAILED, ENGINE_FAILED, BASE_IMAGE_UNUSABLE
 */
export function builtBy(report: BuildReport, platform: Platform, engine: Platform): string {
  if (report.error !== undefined) throw buildFailure(report, platform, engine);
  if (report.id === undefined) throw buildBrokeOff();
  return report.id;
}

/** What an engine's failed build means, and what to do about it. */
function buildFailure({ error = "", step, output }: BuildReport, platform: Platform, engine: Platform): VoxError {
  // What quotes the step holds whatever the step would have said.
  const told = [error.slice(error.lastIndexOf("]: ") + 1), ...output].join("\n");
  const cause = new Error(output.length === 0 ? error : output.join("\n"));
  if (output.some((line) => line.trim() === NO_PACKAGE_MANAGER)) return noPackageManager(cause);
  if (/exec format error/i.test(told)) return foreignPlatform(platform, engine, cause);
  if (/\/bin\/sh[^\n]*(?:no such file|not found in \$PATH)/i.test(told)) return noShell(cause);
  if (isNoSpace(told)) return noSpace(error, cause);
  const exitCode = EXIT_CODE.exec(error)?.[1];
  const why = exitCode === undefined ? lastLine(error) : `${stepName(step)} ended with exit code ${exitCode}`;
  return new VoxError("ENGINE_BUILD_FAILED", `the lower part for \`${platform}\` does not build: ${why}`, {
    cause,
    hint: "correct it in [deploy.container]; what it printed is above",
  });
}

/** The answer ended, and the engine said neither that it is done nor that it failed. */
export const buildBrokeOff = (cause?: unknown): VoxError =>
  new VoxError("ENGINE_FAILED", "the engine broke off the build", {
    cause,
    hint: "see that the engine still runs (`docker version`), then run the command again",
  });

/** As BuildKit, the classic builder and buildah say it. */
const EXIT_CODE = /(?:exit code: |non-zero code: |exit status )(\d+)/;
const STEP_CHARS = 60;

function stepName(step = "a step"): string {
  const line = step.replace(/\s+/g, " ");
  return `\`${line.length > STEP_CHARS ? `${line.slice(0, STEP_CHARS - 1)}…` : line}\``;
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

const noPackageManager = (cause: Error): VoxError =>
  new VoxError(
    "BASE_IMAGE_UNUSABLE",
    "`packages` of [deploy.container] needs `apk` or `apt-get`, and the base image has neither",
    {
      cause,
      hint: "choose another `base_image`, or install them with `run`",
    },
  );

const noShell = (cause: Error): VoxError =>
  new VoxError(
    "BASE_IMAGE_UNUSABLE",
    "`packages` and `run` of [deploy.container] need `/bin/sh`, and the base image has none",
    {
      cause,
      hint: "choose a `base_image` with a shell",
    },
  );

function foreignPlatform(platform: Platform, engine: Platform, cause: Error): VoxError {
  const { architecture } = platformParts(platform);
  return new VoxError(
    "ENGINE_BUILD_FAILED",
    `the engine is for \`${engine}\` and cannot run the programs of \`${platform}\`: no emulator is registered with binfmt_misc`,
    {
      cause,
      hint: `run \`docker run --privileged --rm tonistiigi/binfmt --install ${architecture}\`, or take \`${platform}\` out of \`platforms\``,
    },
  );
}

const noSpace = (error: string, cause: Error): VoxError =>
  new VoxError("ENGINE_FAILED", `the engine has no space left: ${lastLine(error)}`, { cause, ...MAKE_ROOM });
