import { streamOf } from "../../src/core/byte-stream.ts";
import { canonicalJsonBytes } from "../../src/core/canonical-json.ts";
import { digestOf } from "../../src/core/digest.ts";
import type { ContentStore } from "../../src/oci/content-store.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../src/oci/media-types.ts";
import { descriptorOf } from "../../src/oci/parse-descriptor.ts";

/** One small piece of content and its name. */
export interface Piece {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export function piece(content: string | Uint8Array, mediaType: string = MEDIA_TYPE.layerTarGzip): Piece {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { descriptor: descriptorOf(bytes, mediaType), bytes };
}

export interface ImageFixture {
  readonly manifest: Piece;
  readonly config: Piece;
  readonly layers: readonly Piece[];
}

/** A manifest over layers of the given contents; the config is told apart by `name`. */
export function imageOf(name: string, layerContents: readonly (string | Uint8Array)[]): ImageFixture {
  const layers = layerContents.map((content) => piece(content));
  const diffIds = layers.map(({ bytes }) => digestOf(bytes));
  const rootfs = { type: "layers", diff_ids: diffIds };
  const config = piece(
    canonicalJsonBytes({ architecture: "amd64", os: "linux", author: name, rootfs }),
    MEDIA_TYPE.imageConfig,
  );
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    config: plain(config.descriptor),
    layers: layers.map(({ descriptor }) => plain(descriptor)),
  };
  return { manifest: piece(canonicalJsonBytes(document), MEDIA_TYPE.imageManifest), config, layers };
}

export function indexOf(manifests: readonly Piece[]): Piece {
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageIndex,
    manifests: manifests.map(({ descriptor }) => plain(descriptor)),
  };
  return piece(canonicalJsonBytes(document), MEDIA_TYPE.imageIndex);
}

export interface ReferrerShape {
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest that is attached to a subject, over an empty config; `content` tells it apart. */
export function referrerTo(
  subject: Descriptor,
  content: string,
  { artifactType, annotations }: ReferrerShape = {},
): ImageFixture {
  const config = piece("{}", artifactType === undefined ? "application/vnd.example.config" : MEDIA_TYPE.empty);
  const layers = [piece(content, "application/vnd.example.note")];
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    ...(artifactType !== undefined && { artifactType }),
    config: plain(config.descriptor),
    layers: layers.map(({ descriptor }) => plain(descriptor)),
    subject: plain(subject),
    ...(annotations && { annotations: { ...annotations } }),
  };
  return { manifest: piece(canonicalJsonBytes(document), MEDIA_TYPE.imageManifest), config, layers };
}

/** Children before parents. */
export const piecesOf = (image: ImageFixture): readonly Piece[] => [...image.layers, image.config, image.manifest];

export async function pushAll(store: ContentStore, pieces: readonly Piece[]): Promise<void> {
  for (const { descriptor, bytes } of pieces) await store.push(descriptor, streamOf(bytes));
}

const plain = ({ mediaType, digest, size }: Descriptor): { mediaType: string; digest: string; size: number } => ({
  mediaType,
  digest,
  size,
});
