import { type Owner, ROOT } from "../../archive/tar-entry.ts";
import { type Platform, platformParts } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { Annotations } from "../../oci/descriptor.ts";
import type { Compression } from "../../project/deploy-intent.ts";
import type { ApplicationFile, MaterializedProject } from "../../project/materialized-project.ts";
import { checkCommandFiles } from "./command-files.ts";
import { imageLabels, indexAnnotations } from "./labels.ts";
import { type PackageLayer, planLayers } from "./layer-plan.ts";
import { plannedLower, type PlannedLower } from "./lower-plan.ts";
import { baseManifestDigest, plannedBase, type PlannedBase } from "./planned-base.ts";
import { type RunSettings, runSettings } from "./run-settings.ts";
import { type SystemFile, planSystemFiles } from "./system-files.ts";
import { fileOwner } from "./user.ts";

/** All that decides an image, besides the bytes that it names: serialisable (contracts, §7). */
export interface ImagePlan {
  readonly schemaVersion: 1;
  readonly imageName: string;
  readonly base: PlannedBase;
  /** What an engine lays between the base and all else; absent where vox alone builds. */
  readonly lower?: PlannedLower;
  readonly platforms: readonly PlannedPlatform[];
  /** Laid between the base and the packages; empty for none. */
  readonly systemFiles: readonly SystemFile[];
  readonly application: PlannedApplication;
  readonly run: RunSettings;
  /** Of the config and, as annotations, of each platform's manifest. */
  readonly labels: Annotations;
  readonly indexAnnotations: Annotations;
  /** RFC 3339. */
  readonly created: string;
  readonly compression: Compression;
}

export interface PlannedPlatform {
  readonly platform: Platform;
  /** From the base upward, without the base's and without the system and application layers. */
  readonly packageLayers: readonly PackageLayer[];
}

export interface PlannedApplication {
  /** `name@version`. */
  readonly title: string;
  readonly workdir: string;
  readonly files: readonly ApplicationFile[];
  /** Directories relative to `workdir` that belong to `owner`. */
  readonly writable: readonly string[];
  readonly owner: Owner;
}

export interface PlanOptions {
  readonly voxVersion: string;
  /** RFC 3339, from SOURCE_DATE_EPOCH; 1970 without. */
  readonly created?: string;
}

export const EPOCH = "1970-01-01T00:00:00Z";

/**
 * Plans the image of a project, from the handoff alone.
 * @throws {VoxError} BASE_PLATFORM_MISSING, COMMAND_FILE_MISSING, DEPLOY_INCOMPLETE, DEPLOY_UNSUPPORTED, LAYERS_TOO_MANY, LOCK_STALE
 */
export function planImage(project: MaterializedProject, options: PlanOptions): ImagePlan {
  const intent = project.deploy.container;
  checkCommandFiles(intent, project.files);
  const base = plannedBase(intent, project.baseImages);
  const created = options.created ?? EPOCH;
  const labels = imageLabels(project, base);
  const lower = plannedLower(intent, project);
  return {
    schemaVersion: 1,
    imageName: intent.imageName,
    base,
    ...(lower && { lower }),
    platforms: plannedPlatforms(project, base),
    systemFiles: planSystemFiles({ intent, files: project.files, scratch: base.kind === "scratch" }),
    application: plannedApplication(project),
    run: runSettings(intent),
    labels,
    indexAnnotations: indexAnnotations({ labels, identity: project.identity, created, voxVersion: options.voxVersion }),
    created,
    compression: intent.compression,
  };
}

function plannedPlatforms(project: MaterializedProject, base: PlannedBase): PlannedPlatform[] {
  const intent = project.deploy.container;
  if (intent.platforms.length === 0) throw new VoxError("DEPLOY_INCOMPLETE", "`platforms` of [deploy.container] is empty");
  return [...new Set(intent.platforms)].map((platform) => {
    refuseOtherSystem(platform);
    baseManifestDigest(base, platform);
    return { platform, packageLayers: planLayers(project.packages, platform, intent.layers) };
  });
}

/** Paths, modes and links of the layers are Linux's. */
function refuseOtherSystem(platform: Platform): void {
  if (platformParts(platform).os === "linux") return;
  throw new VoxError("DEPLOY_UNSUPPORTED", `vox builds for \`linux\`, and \`platforms\` names \`${platform}\``, {
    hint: "take the platform out of `platforms` in [deploy.container]",
  });
}

function plannedApplication(project: MaterializedProject): PlannedApplication {
  const { workdir, writable, user } = project.deploy.container;
  return {
    title: `${project.identity.name}@${project.identity.version}`,
    workdir,
    files: project.files,
    writable: [...new Set(writable)].sort(),
    owner: writable.length > 0 ? fileOwner(user, "`writable` directories") : ROOT,
  };
}
