import { type Digest, hexOf } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import { lowerDockerfile } from "../dockerfile/lower-steps.ts";
import { pinnedDockerfile } from "../dockerfile/pinned-dockerfile.ts";
import type { PlannedLower } from "../plan/lower-plan.ts";
import { baseManifestDigest } from "../plan/planned-base.ts";
import type { BuildContext } from "./context-tar.ts";

/** The name under which an engine holds a locked image: no registry's, so that none is ever asked for it. */
export const engineName = (manifest: Digest): string => `localhost/vox-base:${hexOf(manifest)}`;

export interface LowerBase {
  readonly locked: LockedBaseImage | undefined;
  readonly base: BaseImage;
}

/** The build's context for one platform, the images in its Dockerfile named as the engine holds them. */
export function lowerContext(lower: PlannedLower, { locked, base }: LowerBase, platform: Platform): BuildContext {
  const nameOf = (image: LockedBaseImage): string => engineName(manifestFor(image, platform));
  if (lower.kind === "dockerfile") {
    return { dockerfile: { path: lower.path, text: pinnedDockerfile(lower, nameOf) }, files: lower.context };
  }
  const from = locked ? nameOf(locked) : "scratch";
  return {
    dockerfile: { path: "Dockerfile", text: lowerDockerfile({ from, user: base.config.config?.User }, lower) },
    files: [],
  };
}

/**
 * The locked manifest of an image for a platform.
 * @throws {VoxError} BASE_PLATFORM_MISSING
 */
export const manifestFor = (image: LockedBaseImage, platform: Platform): Digest =>
  baseManifestDigest({ kind: "image", ...image }, platform) ?? image.digest;
