import { Buffer } from "node:buffer";
import { packageMetadataText, type PackageMetadata } from "../../contracts/package-metadata.ts";
import { canonicalJsonBytes, type JsonValue } from "../../core/canonical-json.ts";
import { type Platform, platformParts } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { Annotations, Descriptor } from "../../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../oci/media-types.ts";
import { descriptorOf } from "../../oci/parse-descriptor.ts";
import type { ArchiveBlob } from "../../project/materialized-project.ts";

/** The largest config that is also inlined in its descriptor's `data`, in bytes (contracts, §5). */
const MAX_INLINE_BYTES = 16 * 1024;

/** What the annotations tell beside name and version, as far as known. */
export interface PackageFacts {
  readonly description?: string;
  readonly license?: string;
  readonly source?: string;
  readonly revision?: string;
  /** RFC 3339, in UTC. */
  readonly created?: string;
}

/** A small JSON document and the descriptor that names it. */
export interface OciDocument {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** All that a version is in a registry, but for the bytes of its archives. */
export interface PackageArtifact {
  readonly metadata: PackageMetadata;
  /** What the tag names: the manifest, or the index of a package with platforms. */
  readonly root: OciDocument;
  /** Every document in the order of pushing: configs, manifests, the root last. */
  readonly documents: readonly OciDocument[];
  readonly archives: readonly Descriptor[];
  /** One for each platform, or the only one. */
  readonly images: readonly ArtifactImage[];
}

export interface ArtifactImage {
  readonly platform?: Platform;
  readonly manifest: Descriptor;
  readonly archive: ArchiveBlob;
}

/** A package without platforms has one archive, any other one for each platform. */
export type ArtifactArchives =
  | { readonly kind: "neutral"; readonly blob: ArchiveBlob }
  | { readonly kind: "by-platform"; readonly blobs: readonly (ArchiveBlob & { readonly platform: Platform })[] };

export interface PackageArtifactInput {
  readonly metadata: PackageMetadata;
  readonly archives: ArtifactArchives;
  readonly facts: PackageFacts;
}

/** A package as an OCI image, or as an index of images by platform, in canonical JSON (contracts, §5). */
export function packageArtifact(input: PackageArtifactInput): PackageArtifact {
  const { metadata, archives, facts } = input;
  const annotations = packageAnnotations(metadata, facts);
  if (archives.kind === "neutral") {
    const { blob } = archives;
    const { config, manifest } = imageDocuments(metadata, annotations, blob);
    const image = { manifest: manifest.descriptor, archive: blob };
    return { metadata, root: manifest, documents: [config, manifest], archives: [archiveDescriptor(blob)], images: [image] };
  }
  const blobs = sortedByUtf8(archives.blobs, (blob) => blob.platform);
  const made = blobs.map((blob) => ({ blob, ...imageDocuments(metadata, annotations, blob, blob.platform) }));
  const root = indexDocument(
    annotations,
    made.map(({ manifest, blob }) => withPlatform(manifest.descriptor, blob.platform)),
  );
  const documents = [...made.flatMap(({ config, manifest }) => [config, manifest]), root];
  const images = made.map(({ manifest, blob }) => ({
    platform: blob.platform,
    manifest: manifest.descriptor,
    archive: blob,
  }));
  return { metadata, root, documents, archives: blobs.map(archiveDescriptor), images };
}

/** Bytes and descriptor of a document that vox writes. */
export function ociDocument(mediaType: string, value: JsonValue): OciDocument {
  const bytes = canonicalJsonBytes(value);
  return { bytes, descriptor: descriptorOf(bytes, mediaType) };
}

/** A descriptor as JSON holds it. */
export const descriptorJson = (descriptor: Descriptor): JsonValue => ({
  mediaType: descriptor.mediaType,
  digest: descriptor.digest,
  size: descriptor.size,
  annotations: descriptor.annotations,
  artifactType: descriptor.artifactType,
  data: descriptor.data,
  platform: descriptor.platform && { ...descriptor.platform },
});

function imageDocuments(metadata: PackageMetadata, annotations: Annotations, blob: ArchiveBlob, platform?: Platform) {
  const config = ociDocument(MEDIA_TYPE.imageConfig, {
    // A layer under /opt/vox is made for Linux images, whatever platform its own files are for.
    os: "linux",
    architecture: "unknown",
    ...(platform && architectureOf(platform)),
    config: { Labels: { [ANNOTATION.voxPackage]: packageMetadataText(metadata) } },
    rootfs: { type: "layers", diff_ids: [blob.diffId] },
  });
  const manifest = ociDocument(MEDIA_TYPE.imageManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    artifactType: MEDIA_TYPE.voxPackage,
    config: descriptorJson(withData(config)),
    layers: [descriptorJson(archiveDescriptor(blob))],
    annotations,
  });
  return { config, manifest };
}

function indexDocument(annotations: Annotations, manifests: readonly Descriptor[]): OciDocument {
  return ociDocument(MEDIA_TYPE.imageIndex, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageIndex,
    artifactType: MEDIA_TYPE.voxPackage,
    manifests: manifests.map(descriptorJson),
    annotations,
  });
}

function packageAnnotations(metadata: PackageMetadata, facts: PackageFacts): Annotations {
  const known: readonly (readonly [string, string | undefined])[] = [
    [ANNOTATION.title, metadata.name],
    [ANNOTATION.version, metadata.version],
    [ANNOTATION.description, facts.description],
    [ANNOTATION.licenses, facts.license],
    [ANNOTATION.source, facts.source],
    [ANNOTATION.revision, facts.revision],
    [ANNOTATION.created, facts.created],
  ];
  return Object.fromEntries(known.flatMap(([key, value]) => (value ? [[key, value] as const] : [])));
}

/** What a manifest's annotations tell of a package: the publisher's word, and no more. */
export function packageFacts(annotations: Annotations): PackageFacts {
  const { description, licenses: license, source, revision, created } = ANNOTATION;
  const known = Object.entries({ description, license, source, revision, created }).flatMap(([fact, key]) => {
    const text = annotations[key];
    return text ? [[fact, text] as const] : [];
  });
  return Object.fromEntries(known);
}

const archiveDescriptor = ({ mediaType, digest, size }: ArchiveBlob): Descriptor => ({ mediaType, digest, size });

const withData = ({ descriptor, bytes }: OciDocument): Descriptor =>
  bytes.byteLength <= MAX_INLINE_BYTES ? { ...descriptor, data: Buffer.from(bytes).toString("base64") } : descriptor;

const withPlatform = (descriptor: Descriptor, platform: Platform | undefined): Descriptor => ({
  ...descriptor,
  artifactType: MEDIA_TYPE.voxPackage,
  ...(platform && { platform: platformParts(platform) }),
});

function architectureOf(platform: Platform): { readonly architecture: string; readonly variant?: string } {
  const { architecture, variant } = platformParts(platform);
  return variant === undefined ? { architecture } : { architecture, variant };
}
