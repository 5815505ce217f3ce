import { VoxError } from "../../../errors/vox-error.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../../oci/media-types.ts";
import { descriptorOf } from "../../../oci/parse-descriptor.ts";
import { parseImageManifest } from "../../../oci/parse-manifest.ts";
import { parsePackageName } from "../../../core/package-name.ts";
import { descriptorJson, ociDocument, type OciDocument } from "../package-artifact.ts";
import { EMPTY_DOCUMENT } from "../yank.ts";
import { SHARD_DIGITS } from "./shards.ts";

/** The repository of a registry's index, beside those of its packages, and the tag that names it. */
export const INDEX_REPOSITORY = parsePackageName("vox-index");
export const INDEX_TAG = "v1";

/** The largest shard that is read, in bytes. */
export const MAX_SHARD_BYTES = 128 * 1024 * 1024;

/** Shards by their digit. */
export type ShardDescriptors = ReadonlyMap<string, Descriptor>;

export function shardDocument(text: string): OciDocument {
  const bytes = new TextEncoder().encode(text);
  return { bytes, descriptor: descriptorOf(bytes, MEDIA_TYPE.voxIndexShard) };
}

/** The manifest at `vox-index:v1`: sixteen layers in the order of their digits. */
export const indexManifest = (shards: ShardDescriptors): OciDocument =>
  ociDocument(MEDIA_TYPE.imageManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    artifactType: MEDIA_TYPE.voxIndex,
    config: descriptorJson(EMPTY_DOCUMENT.descriptor),
    layers: SHARD_DIGITS.map((digit) => {
      const shard = shards.get(digit);
      if (!shard) throw new VoxError("INTERNAL", `the index has no shard \`${digit}\``);
      const { mediaType, digest, size } = shard;
      return descriptorJson({ mediaType, digest, size, annotations: { [ANNOTATION.voxIndexShard]: digit } });
    }),
  });

/**
 * The shards that an index's manifest names.
 * @throws {VoxError} OCI_INVALID, CONTENT_TOO_LARGE
 */
export function parseIndexManifest(bytes: Uint8Array, { mediaType, digest }: Descriptor): ShardDescriptors {
  const what = `the index \`${digest}\``;
  const { artifactType, layers } = parseImageManifest(bytes, { mediaType, what });
  if (artifactType !== MEDIA_TYPE.voxIndex) throw new VoxError("OCI_INVALID", `${what} is not an index of packages`);
  const shards = new Map(layers.map((layer) => [layer.annotations?.[ANNOTATION.voxIndexShard] ?? "", layer]));
  const missing = SHARD_DIGITS.find((digit) => !shards.has(digit));
  if (missing !== undefined) throw new VoxError("OCI_INVALID", `${what} has no shard \`${missing}\``);
  return shards;
}
