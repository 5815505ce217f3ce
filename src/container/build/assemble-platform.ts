import type { JsonValue } from "../../core/canonical-json.ts";
import { canonicalJsonBytes } from "../../core/canonical-json.ts";
import { platformParts } from "../../core/platform.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ImageIndex, ImageManifest } from "../../oci/image-manifest.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../oci/media-types.ts";
import type { MemoryStore } from "../../oci/memory-store.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import { buildImageConfig } from "../plan/image-config.ts";
import type { ImagePlan, PlannedPlatform } from "../plan/image-plan.ts";
import { checkLayerCount, packagesOfLayer, packageTitle } from "../plan/layer-plan.ts";
import type { WorkdirPlace } from "../plan/workdir-place.ts";
import type { ImagePlatform } from "./image.ts";
import type { MadeLayer } from "./layer-cache.ts";
import type { LayerMaker } from "./layer-maker.ts";

/** A layer in its place: what the manifest and the history say of it. */
interface PlacedLayer extends MadeLayer {
  readonly createdBy: string;
}

export interface PlatformInput {
  readonly plan: ImagePlan;
  readonly planned: PlannedPlatform;
  readonly base: BaseImage;
  readonly place: WorkdirPlace;
  readonly layers: LayerMaker;
  readonly documents: MemoryStore;
}

/**
 * Config and manifest of one platform, with the layers that they name.
 * @throws {VoxError} LAYERS_TOO_MANY, and what the layers throw
 */
export async function assemblePlatform(input: PlatformInput): Promise<ImagePlatform> {
  const { plan, planned, base, documents } = input;
  const placed = await placeLayers(input);
  checkLayerCount(base.layers.length + placed.length);
  const { platform } = planned;
  const { run, labels, created } = plan;
  const config = buildImageConfig({ base: base.config, platform, run, labels, layers: placed, created });
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    config: addDocument(documents, config, MEDIA_TYPE.imageConfig),
    layers: [...base.layers, ...placed.map((layer) => layer.descriptor)],
    annotations: labels,
  };
  return { platform, manifest: addDocument(documents, manifest, MEDIA_TYPE.imageManifest) };
}

/** The index: platforms in the intent's order, facts of the commit as annotations. */
export function assembleIndex(plan: ImagePlan, platforms: readonly ImagePlatform[], documents: MemoryStore): Descriptor {
  const index: ImageIndex = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageIndex,
    manifests: platforms.map(({ platform, manifest }) => ({ ...manifest, platform: platformParts(platform) })),
    annotations: plan.indexAnnotations,
  };
  return addDocument(documents, index, MEDIA_TYPE.imageIndex);
}

async function placeLayers({ plan, planned, place, layers }: PlatformInput): Promise<PlacedLayer[]> {
  const placed: PlacedLayer[] = [];
  if (plan.systemFiles.length > 0) placed.push({ ...(await layers.system(plan.systemFiles)), createdBy: "vox: system files" });
  for (const layer of planned.packageLayers) {
    const titles = packagesOfLayer(layer).map(packageTitle).join(",");
    placed.push(
      placedAs(await layers.packages(layer), titles, `vox: ${layer.kind === "package" ? "package" : "packages"} ${titles}`),
    );
  }
  placed.push(placedAs(await layers.application(plan.application, place), plan.application.title, "vox: application"));
  return placed;
}

const placedAs = (layer: MadeLayer, packages: string, createdBy: string): PlacedLayer => ({
  diffId: layer.diffId,
  descriptor: { ...layer.descriptor, annotations: { [ANNOTATION.voxPackages]: packages } },
  createdBy,
});

function addDocument(documents: MemoryStore, document: object, mediaType: string): Descriptor {
  const json: JsonValue = JSON.parse(JSON.stringify(document));
  return documents.add(canonicalJsonBytes(json), mediaType);
}
