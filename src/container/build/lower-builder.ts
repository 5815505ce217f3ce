import { COMPRESSOR_NAME, compressLayer } from "../../archive/compress.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { type Digest, digestOf } from "../../core/digest.ts";
import type { EventSink } from "../../core/events.ts";
import type { Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";
import { unionReader } from "../../oci/union-reader.ts";
import type { Compression } from "../../project/deploy-intent.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import type { ImageEngine } from "../engine/image-engine.ts";
import type { PlannedLower } from "../plan/lower-plan.ts";
import { baseArchive } from "./base-archive.ts";
import { type BuildContext, contextTar } from "./context-tar.ts";
import type { LayerCache, MadeLayer } from "./layer-cache.ts";
import { lowerConfig } from "./lower-config.ts";
import type { BuiltLower, LowerRecords } from "./lower-records.ts";
import { engineName, lowerContext, manifestFor } from "./lower-text.ts";
import { readSavedImage } from "./saved-image.ts";

export interface LowerPorts extends TransferOptions {
  /** Asked for when something must be built, and not before. */
  readonly engine: () => Promise<ImageEngine>;
  /** What was built, by what it was built from. */
  readonly records: LowerRecords;
  readonly network: "default" | "none";
  /** Builds although it was built before, and has the engine do all steps again. */
  readonly anew: boolean;
  readonly layers: LayerCache;
  /** Files of a build's context, by digest. */
  readonly content: ContentReader;
  readonly compression: Compression;
  readonly onEvent?: EventSink;
}

export interface LowerRequest {
  readonly lower: PlannedLower;
  readonly base: BaseImage;
  /** Of the base; absent on scratch. */
  readonly locked: LockedBaseImage | undefined;
  /** Reads another image that a Dockerfile names. */
  readonly readImage: (image: LockedBaseImage) => Promise<BaseImage>;
  readonly platform: Platform;
  /** RFC 3339, for the history. */
  readonly created: string;
}

/** Raised when the same plan is to be built anew. */
const LOWER_FORMAT = 1;

/**
 * The base with what an engine built upon it: the base's layers as they are, the engine's above them (contracts, §7 "Engines").
 * @throws {VoxError} ENGINE_BUILD_FAILED, ENGINE_FAILED, ENGINE_UNAVAILABLE, BASE_IMAGE_UNUSABLE
 */
export async function buildLower(request: LowerRequest, ports: LowerPorts): Promise<BaseImage> {
  const { lower, base, platform } = request;
  const context = lowerContext(lower, request, platform);
  const key = digestOf(
    canonicalJson({
      kind: "lower",
      format: LOWER_FORMAT,
      platform,
      dockerfile: { ...context.dockerfile },
      context: context.files.map((file) => ({ ...file })),
      buildArgs: { ...lower.buildArgs },
      compressor: COMPRESSOR_NAME[ports.compression],
    }),
  );
  const known = ports.anew ? undefined : await recorded(key, ports);
  const built = known ?? (await build(request, context, ports));
  await ports.records.write(key, built);
  return {
    config: lowerConfig(request, built),
    layers: [...base.layers, ...built.layers.map(({ descriptor }) => descriptor)],
    reader: unionReader([ports.layers.blobs, base.reader]),
  };
}

async function recorded(key: Digest, { records, layers }: LowerPorts): Promise<BuiltLower | undefined> {
  const found = await records.read(key);
  for (const { descriptor } of found?.layers ?? []) if (!(await layers.blobs.exists(descriptor))) return undefined;
  return found;
}

async function build(request: LowerRequest, context: BuildContext, ports: LowerPorts): Promise<BuiltLower> {
  const { lower, base, platform } = request;
  const { signal, onEvent, network, anew, content } = ports;
  const options = { ...(signal && { signal }) };
  const engine = await ports.engine();
  await provideImages(engine, request, ports);
  const id = await engine.build(
    {
      context: () => contextTar(context, content, options),
      dockerfile: context.dockerfile.path,
      platform,
      buildArgs: lower.buildArgs,
      network,
      anew,
      onEvent,
    },
    options,
  );
  try {
    return await takeLayers(engine, id, base, ports);
  } finally {
    await engine.remove(id);
  }
}

/** Each image that the Dockerfile names, once. */
async function provideImages(engine: ImageEngine, request: LowerRequest, ports: LowerPorts): Promise<void> {
  const { lower, locked, base, platform, readImage } = request;
  const named = lower.kind === "dockerfile" ? lower.images.map((image) => image.locked) : locked ? [locked] : [];
  const byManifest = new Map(named.map((image) => [manifestFor(image, platform), image] as const));
  const own = locked && manifestFor(locked, platform);
  for (const [manifest, image] of byManifest) {
    const content = manifest === own ? base : await readImage(image);
    await provideImage(engine, { name: engineName(manifest), image: content, what: image.reference }, ports);
  }
}

interface ProvidedImage {
  readonly name: string;
  readonly image: BaseImage;
  /** For people. */
  readonly what: string;
}

/** The locked image itself, read and proved by vox: the engine asks no registry, needs no login and follows no tag. */
async function provideImage(engine: ImageEngine, { name, image, what }: ProvidedImage, ports: LowerPorts): Promise<void> {
  const { signal, onEvent } = ports;
  const options = { ...(signal && { signal }) };
  const wanted = image.config.rootfs.diff_ids.join();
  if ((await engine.find(name))?.diffIds.join() === wanted) return;
  onEvent?.({ kind: "step", message: `give the engine \`${what}\` as it is locked` });
  await engine.load(baseArchive(image, { name, ...options }), options);
  if ((await engine.find(name))?.diffIds.join() === wanted) return;
  throw new VoxError("ENGINE_FAILED", `the engine does not hold \`${what}\` as it was given, under \`${name}\``);
}

async function takeLayers(engine: ImageEngine, id: string, base: BaseImage, ports: LowerPorts): Promise<BuiltLower> {
  const { signal, layers } = ports;
  const below = base.config.rootfs.diff_ids;
  const diffIds = (await engine.find(id))?.diffIds ?? [];
  if (below.some((diffId, index) => diffIds[index] !== diffId)) {
    throw new VoxError("ENGINE_FAILED", "the engine's image does not stand on the locked base image");
  }
  const saved = engine.save(id, { ...(signal && { signal }) });
  const { config, sizes } = await readSavedImage(saved, { diffIds, known: new Set(below), blobs: layers.blobs });
  const made: MadeLayer[] = [];
  for (const diffId of diffIds.slice(below.length)) made.push(await compressed(diffId, sizes.get(diffId) ?? 0, ports));
  return { layers: made, config };
}

async function compressed(diffId: Digest, size: number, { layers, compression, signal }: LowerPorts): Promise<MadeLayer> {
  const raw: Descriptor = { mediaType: MEDIA_TYPE.layerTar, digest: diffId, size };
  if (compression === "none") return { descriptor: raw, diffId };
  const tar: ByteStream = layers.blobs.fetch(raw, { ...(signal && { signal }) });
  const compressor = compressLayer(tar, compression);
  await layers.blobs.ingest(compressor.stream);
  const { mediaType, digest, size: stored } = compressor.result();
  return { descriptor: { mediaType, digest, size: stored }, diffId };
}
