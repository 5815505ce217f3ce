import { COMPRESSOR_NAME, compressLayer } from "../../archive/compress.ts";
import { writePlainTar } from "../../archive/plain-tar.ts";
import { fileOfBytes } from "../../archive/tar-entry.ts";
import { canonicalJson } from "../../core/canonical-json.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { type Digest, digestOf, hexOf } from "../../core/digest.ts";
import type { EventSink } from "../../core/events.ts";
import type { Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { HistoryEntry, ImageConfig } from "../../oci/image-config.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";
import { unionReader } from "../../oci/union-reader.ts";
import type { Compression } from "../../project/deploy-intent.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import { lowerDockerfile, lowerSteps } from "../dockerfile/lower-steps.ts";
import type { ImageEngine } from "../engine/image-engine.ts";
import { baseHistory } from "../plan/history.ts";
import type { PlannedLower } from "../plan/lower-plan.ts";
import { baseArchive } from "./base-archive.ts";
import type { LayerCache, MadeLayer } from "./layer-cache.ts";
import type { LowerRecords } from "./lower-records.ts";
import { readSavedImage } from "./saved-image.ts";

export interface LowerPorts extends TransferOptions {
  /** Asked for when something must be built, and not before. */
  readonly engine: () => Promise<ImageEngine>;
  /** What was built, by what it was built from. */
  readonly records: LowerRecords;
  readonly network: "default" | "none";
  readonly layers: LayerCache;
  readonly compression: Compression;
  readonly onEvent?: EventSink;
}

export interface LowerRequest {
  readonly lower: PlannedLower;
  readonly base: BaseImage;
  /** The base's manifest, as locked. */
  readonly manifest: Digest;
  readonly platform: Platform;
  /** RFC 3339, for the history. */
  readonly created: string;
}

/** Raised when the same plan is to be built anew. */
const LOWER_FORMAT = 1;

const DOCKERFILE = "Dockerfile";

/**
 * The base with what an engine built upon it: the base's layers as they are, the engine's above them (contracts, §7 "Engines").
 * @throws {VoxError} ENGINE_BUILD_FAILED, ENGINE_FAILED, ENGINE_UNAVAILABLE, BASE_IMAGE_UNUSABLE
 */
export async function buildLower(request: LowerRequest, ports: LowerPorts): Promise<BaseImage> {
  const { lower, base, manifest, platform } = request;
  const from = baseName(manifest);
  const dockerfile = lowerDockerfile({ from, user: base.config.config?.User }, lower);
  const key = digestOf(
    canonicalJson({
      kind: "lower",
      format: LOWER_FORMAT,
      manifest,
      platform,
      dockerfile,
      buildArgs: { ...lower.buildArgs },
      compressor: COMPRESSOR_NAME[ports.compression],
    }),
  );
  const layers = (await recorded(key, ports)) ?? (await built(request, { from, dockerfile }, ports));
  await ports.records.write(key, layers);
  return {
    config: lowerConfig(request, layers),
    layers: [...base.layers, ...layers.map(({ descriptor }) => descriptor)],
    reader: unionReader([ports.layers.blobs, base.reader]),
  };
}

/** The name under which an engine holds a locked base: no registry's, so that none is ever asked for it. */
const baseName = (manifest: Digest): string => `localhost/vox-base:${hexOf(manifest)}`;

async function recorded(key: Digest, { records, layers }: LowerPorts): Promise<readonly MadeLayer[] | undefined> {
  const found = await records.read(key);
  for (const { descriptor } of found ?? []) if (!(await layers.blobs.exists(descriptor))) return undefined;
  return found;
}

interface LowerText {
  readonly from: string;
  readonly dockerfile: string;
}

async function built(request: LowerRequest, text: LowerText, ports: LowerPorts): Promise<readonly MadeLayer[]> {
  const { lower, base, platform } = request;
  const { signal, onEvent, network } = ports;
  const engine = await ports.engine();
  await provideBase(engine, request, text.from, ports);
  const dockerfile = fileOfBytes(DOCKERFILE, Buffer.from(text.dockerfile));
  const id = await engine.build(
    {
      context: () => writePlainTar([dockerfile]),
      dockerfile: DOCKERFILE,
      platform,
      buildArgs: lower.buildArgs,
      network,
      onEvent,
    },
    { ...(signal && { signal }) },
  );
  try {
    return await takeLayers(engine, id, base, ports);
  } finally {
    await engine.remove(id);
  }
}

/** The locked base itself, read and proved by vox: the engine asks no registry, needs no login and follows no tag. */
async function provideBase(
  engine: ImageEngine,
  { base, platform }: LowerRequest,
  name: string,
  ports: LowerPorts,
): Promise<void> {
  const { signal, onEvent } = ports;
  const options = { ...(signal && { signal }) };
  const wanted = base.config.rootfs.diff_ids.join();
  if ((await engine.find(name))?.diffIds.join() === wanted) return;
  onEvent?.({ kind: "step", message: `give the engine the base image for \`${platform}\`` });
  await engine.load(baseArchive(base, { name, ...options }), options);
  if ((await engine.find(name))?.diffIds.join() === wanted) return;
  throw new VoxError("ENGINE_FAILED", `the engine does not hold the base image as it was given, under \`${name}\``);
}

async function takeLayers(engine: ImageEngine, id: string, base: BaseImage, ports: LowerPorts): Promise<readonly MadeLayer[]> {
  const { signal, layers } = ports;
  const below = base.config.rootfs.diff_ids;
  const diffIds = (await engine.find(id))?.diffIds ?? [];
  if (below.some((diffId, index) => diffIds[index] !== diffId)) {
    throw new VoxError("ENGINE_FAILED", "the engine's image does not stand on the locked base image");
  }
  const saved = engine.save(id, { ...(signal && { signal }) });
  const { sizes } = await readSavedImage(saved, { diffIds, known: new Set(below), blobs: layers.blobs });
  const made: MadeLayer[] = [];
  for (const diffId of diffIds.slice(below.length)) made.push(await compressed(diffId, sizes.get(diffId) ?? 0, ports));
  return made;
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

/** The base's config: steps add layers, and nothing of how the image runs. */
function lowerConfig({ base, lower, created }: LowerRequest, layers: readonly MadeLayer[]): ImageConfig {
  const steps = lowerSteps(lower);
  const createdBy = (index: number): string =>
    (steps.length === layers.length ? steps[index]?.createdBy : undefined) ?? "vox: lower part";
  const history = layers.map((_layer, index): HistoryEntry => ({ created, created_by: createdBy(index) }));
  return {
    ...base.config,
    rootfs: { type: "layers", diff_ids: [...base.config.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    history: [...baseHistory(base.config), ...history],
  };
}
