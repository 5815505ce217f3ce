import { mapConcurrent } from "../../core/concurrency.ts";
import type { Digest } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import type { EventSink } from "../../core/events.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import { MemoryStore } from "../../oci/memory-store.ts";
import { unionReader } from "../../oci/union-reader.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { BaseImage, BaseImageSource } from "../base-image/base-image.ts";
import { readBaseImage } from "../base-image/read-base-image.ts";
import { readWorkdirPlace } from "../base-image/read-workdir-place.ts";
import { scratchBase } from "../base-image/scratch-base.ts";
import type { ImagePlan, PlannedPlatform } from "../plan/image-plan.ts";
import { baseManifestDigest } from "../plan/planned-base.ts";
import { placeOnScratch } from "../plan/system-files.ts";
import { isOddWorkdir, type WorkdirPlace } from "../plan/workdir-place.ts";
import { assembleIndex, assemblePlatform } from "./assemble-platform.ts";
import type { Image } from "./image.ts";
import type { LayerCache } from "./layer-cache.ts";
import { LayerMaker } from "./layer-maker.ts";
import { manifestFor } from "./lower-text.ts";
import { buildLower, type LowerPorts, type LowerRequest } from "./lower-builder.ts";

const BASES_AT_ONCE = 4;
/** What an engine tells of two builds at a time nobody could read. */
const BUILDS_AT_ONCE = 1;

export interface BuildPorts extends TransferOptions {
  /** The blob store: package archives and application files, by digest. */
  readonly content: ContentReader;
  readonly layers: LayerCache;
  readonly bases: BaseImageSource;
  /** For plans with a lower part. */
  readonly lower: Omit<LowerPorts, "layers" | "content" | "compression" | "onEvent" | "signal">;
  readonly onEvent?: EventSink;
}

export interface BuiltImage extends Image {
  /** Layers that no cache held. */
  readonly layersMade: number;
  /** Layers that lie in the base's repository, for `mountSources`. */
  readonly baseLayers: readonly Digest[];
  /** What each platform stands on, as locked. */
  readonly bases: ReadonlyMap<Platform, BaseImage>;
}

/**
 * Builds a planned image without an engine: reads the bases' documents, makes the layers that nobody has, writes the new documents
 * to memory (contracts, §7). No package is read, and no layer of the base but to learn what is above an odd workdir.
 * Enforces `image-reproducible`.
 * @throws {VoxError} BASE_IMAGE_UNUSABLE, COMPRESSION_UNSUPPORTED, COMPRESSOR_DIFFERS, CONTENT_MISSING, CONTENT_MISMATCH, FILE_CHANGED, LAYERS_TOO_MANY
 */
export async function buildImage(plan: ImagePlan, ports: BuildPorts): Promise<BuiltImage> {
  const documents = new MemoryStore();
  const bases = await mapConcurrent(plan.platforms, plan.lower ? BUILDS_AT_ONCE : BASES_AT_ONCE, (planned) =>
    openBase(plan, planned, ports),
  );
  const { content, onEvent, signal } = ports;
  const layers = new LayerMaker({
    content,
    cache: ports.layers,
    compression: plan.compression,
    ...(onEvent && { onEvent }),
    ...(signal && { signal }),
  });
  const platforms = await mapConcurrent(bases, bases.length, (opened) =>
    assemblePlatform({ plan, ...opened, layers, documents }),
  );
  const root = assembleIndex(plan, platforms, documents);
  const reader = unionReader([documents, ports.layers.blobs, content, ...new Set(bases.map(({ base }) => base.reader))]);
  const baseLayers = new Set(bases.flatMap(({ locked }) => locked.layers.map((layer) => layer.digest)));
  const locked = new Map(bases.map((opened) => [opened.planned.platform, opened.locked]));
  return { root, reader, platforms, layersMade: layers.madeCount, baseLayers: [...baseLayers], bases: locked };
}

interface OpenedBase {
  readonly planned: PlannedPlatform;
  /** With what an engine laid upon it. */
  readonly base: BaseImage;
  readonly place: WorkdirPlace;
  readonly locked: BaseImage;
}

async function openBase(plan: ImagePlan, planned: PlannedPlatform, ports: BuildPorts): Promise<OpenedBase> {
  const { platform } = planned;
  const { workdir } = plan.application;
  const manifest = baseManifestDigest(plan.base, platform);
  if (plan.base.kind === "scratch" || manifest === undefined) {
    const locked = scratchBase(platform);
    const base = await withLower(plan, { base: locked, locked: undefined, platform }, ports);
    return { planned, base, locked, place: placeOnScratch(workdir, plan.systemFiles) };
  }
  const { bases, onEvent, signal } = ports;
  const options = signal ? { signal } : {};
  const locked = await readBaseImage(bases, { locked: plan.base, platform, manifest, ...options });
  const base = await withLower(plan, { base: locked, locked: plan.base, platform }, ports);
  if (!isOddWorkdir(workdir)) return { planned, base, locked, place: { workdir, above: [] } };
  onEvent?.({ kind: "step", message: `ask the base for ${platform} what is above \`${workdir}\`` });
  const { facts } = bases;
  return { planned, base, locked, place: await readWorkdirPlace(base, { workdir, ...(facts && { facts }), ...options }) };
}

/** The base with what an engine lays upon it, where the plan has such a part. */
async function withLower(
  { lower, created, compression }: ImagePlan,
  on: Pick<LowerRequest, "base" | "locked" | "platform">,
  ports: BuildPorts,
): Promise<BaseImage> {
  if (!lower) return on.base;
  const { signal, onEvent, layers, content, bases } = ports;
  const transfer = { ...(onEvent && { onEvent }), ...(signal && { signal }) };
  const { platform } = on;
  const readImage = (image: LockedBaseImage): Promise<BaseImage> =>
    readBaseImage(bases, { locked: image, platform, manifest: manifestFor(image, platform), ...(signal && { signal }) });
  return buildLower({ ...on, lower, created, readImage }, { ...ports.lower, layers, content, compression, ...transfer });
}
