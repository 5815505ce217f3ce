import { type JsonCursor, parseJson } from "../core/json-cursor.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "./descriptor.ts";
import type { ImageIndex, ImageManifest } from "./image-manifest.ts";
import { isIndexType, isManifestType, MEDIA_TYPE } from "./media-types.ts";
import { parseDescriptor } from "./parse-descriptor.ts";

/** The largest manifest or index that is read, in bytes: what registries must take at least (distribution-spec, "Pushing Manifests"). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

export interface DocumentSource {
  /** What the descriptor or the Content-Type calls it: the document may not say otherwise. */
  readonly mediaType?: string;
  /** For complaints: "the manifest of `a`". */
  readonly what: string;
}

/**
 * An image manifest, OCI or Docker schema 2 (image-spec, manifest.md).
 * @throws {VoxError} OCI_INVALID, CONTENT_TOO_LARGE, CONTENT_MISMATCH
 */
export function parseImageManifest(bytes: Uint8Array, source: DocumentSource): ImageManifest {
  const json = openDocument(bytes, source);
  refuseMembers(json, ["manifests", "fsLayers"]);
  return {
    schemaVersion: 2,
    mediaType: documentType(json, source, MEDIA_TYPE.imageManifest, false),
    config: parseDescriptor(json.at("config")),
    layers: json.at("layers").list(parseDescriptor),
    ...commonMembers(json),
  };
}

/**
 * An image index or a Docker manifest list (image-spec, image-index.md).
 * @throws {VoxError} OCI_INVALID, CONTENT_TOO_LARGE, CONTENT_MISMATCH
 */
export function parseImageIndex(bytes: Uint8Array, source: DocumentSource): ImageIndex {
  const json = openDocument(bytes, source);
  refuseMembers(json, ["config", "layers", "fsLayers"]);
  return {
    schemaVersion: 2,
    mediaType: documentType(json, source, MEDIA_TYPE.imageIndex, true),
    manifests: json.at("manifests").list(parseDescriptor),
    ...commonMembers(json),
  };
}

/** Whichever of the two the descriptor names. */
export function parseManifestOrIndex(bytes: Uint8Array, descriptor: Descriptor): ImageManifest | ImageIndex {
  const source = { mediaType: descriptor.mediaType, what: `the manifest \`${descriptor.digest}\`` };
  return isIndexType(descriptor.mediaType) ? parseImageIndex(bytes, source) : parseImageManifest(bytes, source);
}

export const isImageIndex = (document: ImageManifest | ImageIndex): document is ImageIndex => "manifests" in document;

/**
 * What a manifest or index says its own media type is, for content that is known by digest alone.
 * @throws {VoxError} OCI_INVALID
 */
export function mediaTypeOfManifest(bytes: Uint8Array, what: string): string {
  const json = openDocument(bytes, { what });
  const index = json.at("manifests").present !== undefined;
  return documentType(json, { what }, index ? MEDIA_TYPE.imageIndex : MEDIA_TYPE.imageManifest, index);
}

function openDocument(bytes: Uint8Array, source: DocumentSource): JsonCursor {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) {
    throw new VoxError("CONTENT_TOO_LARGE", `${source.what} is larger than ${MAX_MANIFEST_BYTES} bytes`);
  }
  const json = parseJson(bytes, { code: "OCI_INVALID", what: source.what });
  if (json.at("schemaVersion").count() !== 2) json.at("schemaVersion").fail("is not 2");
  return json;
}

/** One document must not be readable as two types (GHSA-mc8v-mgrf-8f4m). */
function refuseMembers(json: JsonCursor, keys: readonly string[]): void {
  for (const key of keys) json.at(key).present?.fail("does not belong there");
}

function documentType(json: JsonCursor, source: DocumentSource, fallback: string, index: boolean): string {
  const own = json.at("mediaType").present?.string();
  const mediaType = own ?? source.mediaType ?? fallback;
  if (own !== undefined && source.mediaType !== undefined && own !== source.mediaType) {
    json.at("mediaType").fail(`is \`${own}\`, but \`${source.mediaType}\` was announced`);
  }
  if (!isManifestType(mediaType) || isIndexType(mediaType) !== index) json.at("mediaType").fail(`is \`${mediaType}\``);
  return mediaType;
}

function commonMembers(json: JsonCursor): Pick<ImageManifest, "artifactType" | "subject" | "annotations"> {
  const artifactType = json.at("artifactType").present?.string();
  const subject = json.at("subject").present;
  const annotations = json.at("annotations").present?.map((value) => value.string());
  return {
    ...(artifactType && { artifactType }),
    ...(subject && { subject: parseDescriptor(subject) }),
    ...(annotations && { annotations }),
  };
}
