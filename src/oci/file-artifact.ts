import { Buffer } from "node:buffer";
import { streamOf } from "../core/byte-stream.ts";
import { canonicalJsonBytes } from "../core/canonical-json.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader, ContentStore, TagWriter, TransferOptions } from "./content-store.ts";
import type { Annotations, Descriptor } from "./descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "./media-types.ts";
import { descriptorOf } from "./parse-descriptor.ts";
import { parseImageManifest } from "./parse-manifest.ts";
import { readContent } from "./read-content.ts";

/** A file of an artifact, known by its annotations. */
export interface ArtifactFile {
  readonly mediaType: string;
  readonly annotations: Annotations;
  readonly bytes: Uint8Array;
}

interface Content {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** Files in a manifest of their own type: no image (image-spec, manifest.md, "Guidelines for Artifact Usage"). */
export interface FileArtifact {
  readonly root: Content;
  readonly files: readonly Content[];
}

const EMPTY_BYTES = Buffer.from("{}");
const EMPTY: Content = { bytes: EMPTY_BYTES, descriptor: descriptorOf(EMPTY_BYTES, MEDIA_TYPE.empty) };

export function fileArtifact(artifactType: string, files: readonly ArtifactFile[]): FileArtifact {
  const contents = files.map(({ mediaType, annotations, bytes }) => ({
    bytes,
    descriptor: { ...descriptorOf(bytes, mediaType), annotations },
  }));
  const bytes = canonicalJsonBytes({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    artifactType,
    config: { mediaType: MEDIA_TYPE.empty, digest: EMPTY.descriptor.digest, size: EMPTY.descriptor.size, data: "e30=" },
    layers: contents.map(({ descriptor: { mediaType, digest, size, annotations } }) => ({
      mediaType,
      digest,
      size,
      annotations,
    })),
  });
  return { root: { bytes, descriptor: { ...descriptorOf(bytes, MEDIA_TYPE.imageManifest), artifactType } }, files: contents };
}

/** Files, manifest, tag: no tag names what is not whole. */
export async function pushArtifact(
  store: ContentStore & TagWriter,
  { root, files }: FileArtifact,
  tag: string,
  options: TransferOptions,
): Promise<void> {
  for (const { descriptor, bytes } of [EMPTY, ...files])
    if (!(await store.exists(descriptor, options))) await store.push(descriptor, streamOf(bytes), options);
  await store.push(root.descriptor, streamOf(root.bytes), options);
  await store.tag(root.descriptor, tag, options);
}

/**
 * The files of an artifact by their `org.opencontainers.image.title`.
 * @throws {VoxError} OCI_INVALID when it is of another type
 */
export async function readArtifactFiles(
  reader: ContentReader,
  root: Descriptor,
  artifactType: string,
  options: TransferOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const what = `the manifest \`${root.digest}\``;
  const manifest = parseImageManifest(await readContent(reader, root, options), { mediaType: root.mediaType, what });
  if (manifest.artifactType !== artifactType) throw new VoxError("OCI_INVALID", `${what} is no \`${artifactType}\``);
  const files = new Map<string, Uint8Array>();
  for (const layer of manifest.layers)
    files.set(layer.annotations?.[ANNOTATION.title] ?? layer.digest, await readContent(reader, layer, options));
  return files;
}
