import type { ContainerIntent } from "../../project/deploy-intent.ts";
import { VoxError } from "../../errors/vox-error.ts";

/** What a container engine lays upon the base, below the packages (contracts, §7 "Engines"). */
export interface PlannedLower {
  readonly kind: "steps";
  /** Installed by the base's own package manager, in the order of Vox.toml. */
  readonly packages: readonly string[];
  /** Shell lines. */
  readonly run: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
}

/**
 * The engine's part of an image; `undefined` where there is none, and then no engine is asked.
 * @throws {VoxError} DEPLOY_UNSUPPORTED
 */
export function plannedLower(intent: ContainerIntent): PlannedLower | undefined {
  const { packages, run, buildArgs, dockerfile, baseImage } = intent;
  if (dockerfile !== "") {
    throw new VoxError("DEPLOY_UNSUPPORTED", "`dockerfile` of [deploy.container] is not read by this version of vox", {
      hint: "build the lower part as an image of its own and name it in `base_image`",
    });
  }
  if (packages.length === 0 && run.length === 0) return undefined;
  if (baseImage === "scratch") {
    throw new VoxError("DEPLOY_UNSUPPORTED", "`packages` and `run` need a shell, and `scratch` has none", {
      hint: "name a `base_image` in [deploy.container]",
    });
  }
  return { kind: "steps", packages, run, buildArgs };
}
