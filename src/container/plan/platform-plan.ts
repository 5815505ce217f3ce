import type { Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ImagePlan } from "./image-plan.ts";

/**
 * The plan of the image for one platform alone, for the engine that is to run it.
 * @throws {VoxError} BASE_PLATFORM_MISSING
 */
export function planForPlatform(plan: ImagePlan, platform: Platform): ImagePlan {
  const platforms = plan.platforms.filter((planned) => planned.platform === platform);
  if (platforms.length === 0)
    throw notMadeFor(
      platform,
      plan.platforms.map((planned) => planned.platform),
    );
  return { ...plan, platforms };
}

/** An image, asked for a platform that it is not made for. */
export const notMadeFor = (platform: Platform, known: readonly Platform[]): VoxError =>
  new VoxError(
    "BASE_PLATFORM_MISSING",
    `the image is not made for \`${platform}\`, only for ${known.map((one) => `\`${one}\``).join(", ")}`,
    { hint: "add the platform to `platforms` in [deploy.container]" },
  );
