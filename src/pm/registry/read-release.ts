import { packageMetadataText, parsePackageMetadata, type PackageMetadata } from "../../contracts/package-metadata.ts";
import { collectBytes } from "../../core/byte-stream.ts";
import { type Platform, platformFrom } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Annotations, Descriptor } from "../../oci/descriptor.ts";
import type { ImageConfig } from "../../oci/image-config.ts";
import type { ImageIndex, ImageManifest } from "../../oci/image-manifest.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../oci/media-types.ts";
import { parseImageConfig } from "../../oci/parse-config.ts";
import { inlinedContent } from "../../oci/parse-descriptor.ts";
import { isImageIndex, MAX_MANIFEST_BYTES, parseManifestOrIndex } from "../../oci/parse-manifest.ts";
import type { LockedArchive, LockedArchives } from "../lockfile/lockfile.ts";

/** A version's documents, read and found to say one thing. */
export interface ReleaseDocuments {
  readonly metadata: PackageMetadata;
  readonly archives: LockedArchives;
  readonly annotations: Annotations;
}

const ARCHIVE_TYPES: ReadonlySet<string> = new Set([MEDIA_TYPE.layerTar, MEDIA_TYPE.layerTarGzip]);

interface PlatformImage {
  readonly metadata: PackageMetadata;
  readonly archive: LockedArchive;
}

/**
 * Reads what a version's tag names, down to the configs; archives are named, not read (contracts, §5).
 * @throws {VoxError} OCI_INVALID, CONTENT_MISMATCH, CONTENT_MISSING
 */
export async function readRelease(
  reader: ContentReader,
  root: Descriptor,
  options: TransferOptions,
): Promise<ReleaseDocuments> {
  const document = await readPackageDocument(reader, root, options);
  const annotations = document.annotations ?? {};
  const release = isImageIndex(document)
    ? await readPlatformImages(reader, document, options)
    : await readNeutralImage(reader, root, document, options);
  refuseOtherAnnotations(annotations, release.metadata);
  return { ...release, annotations };
}

/** A small document's bytes, proved by its descriptor. */
export const readDocument = (reader: ContentReader, descriptor: Descriptor, options: TransferOptions): Promise<Uint8Array> =>
  collectBytes(reader.fetch(descriptor, options), { maxBytes: MAX_MANIFEST_BYTES, what: `\`${descriptor.digest}\`` });

async function readNeutralImage(reader: ContentReader, root: Descriptor, manifest: ImageManifest, options: TransferOptions) {
  const { metadata, archive } = await readImage(reader, root, manifest, options);
  if (metadata.platforms.length > 0) throw broken("a package with platforms is published without an index of them");
  return { metadata, archives: { kind: "neutral", archive } as const };
}

async function readPlatformImages(reader: ContentReader, index: ImageIndex, options: TransferOptions) {
  const images: (PlatformImage & { readonly platform: Platform })[] = [];
  for (const descriptor of index.manifests) {
    if (!descriptor.platform) throw broken("an entry of the package's index names no platform");
    const manifest = await readPackageDocument(reader, descriptor, options);
    if (isImageIndex(manifest)) throw broken("the package's index holds another index");
    images.push({ ...(await readImage(reader, descriptor, manifest, options)), platform: platformFrom(descriptor.platform) });
  }
  const sorted = sortedByUtf8(images, (image) => image.platform);
  const metadata = oneMetadata(sorted);
  const declared = [...metadata.platforms].sort().join(" ");
  if (declared !== sorted.map((image) => image.platform).join(" ")) {
    throw broken(`the package's index does not hold exactly the platforms \`${declared}\``);
  }
  return {
    metadata,
    archives: { kind: "by-platform", archives: sorted.map(({ archive, platform }) => ({ ...archive, platform })) } as const,
  };
}

async function readImage(
  reader: ContentReader,
  descriptor: Descriptor,
  manifest: ImageManifest,
  options: TransferOptions,
): Promise<PlatformImage> {
  const bytes = inlinedContent(manifest.config) ?? (await readDocument(reader, manifest.config, options));
  const config = parseImageConfig(bytes, `the config \`${manifest.config.digest}\``);
  const [layer, ...otherLayers] = manifest.layers;
  const [diffId, ...otherIds] = config.rootfs.diff_ids;
  if (!layer || !diffId || otherLayers.length + otherIds.length > 0) throw broken("a package is not exactly one layer");
  if (!ARCHIVE_TYPES.has(layer.mediaType)) throw broken(`a package's layer cannot be \`${layer.mediaType}\``);
  const { digest, mediaType, size } = layer;
  return { metadata: labelledMetadata(config), archive: { manifest: descriptor.digest, digest, diffId, mediaType, size } };
}

async function readPackageDocument(reader: ContentReader, descriptor: Descriptor, options: TransferOptions) {
  const document = parseManifestOrIndex(await readDocument(reader, descriptor, options), descriptor);
  if (document.artifactType === MEDIA_TYPE.voxPackage) return document;
  throw broken(`\`${descriptor.digest}\` is not a package but \`${document.artifactType ?? document.mediaType}\``);
}

function labelledMetadata(config: ImageConfig): PackageMetadata {
  const text = config.config?.Labels?.[ANNOTATION.voxPackage];
  if (text === undefined) throw broken(`the config has no label \`${ANNOTATION.voxPackage}\``);
  return parsePackageMetadata(text);
}

function oneMetadata(images: readonly PlatformImage[]): PackageMetadata {
  const [first] = images;
  if (!first) throw broken("the package's index is empty");
  const text = packageMetadataText(first.metadata);
  if (images.some((image) => packageMetadataText(image.metadata) !== text)) {
    throw broken("the package's platforms differ in their metadata");
  }
  return first.metadata;
}

/** Annotations are what registries show to people: they may be silent, but not say something else. */
function refuseOtherAnnotations(annotations: Annotations, metadata: PackageMetadata): void {
  const { [ANNOTATION.title]: title, [ANNOTATION.version]: version } = annotations;
  if ((title ?? metadata.name) !== metadata.name || (version ?? metadata.version) !== metadata.version) {
    throw broken(`the annotations name \`${title}@${version}\`, the metadata \`${metadata.name}@${metadata.version}\``);
  }
}

const broken = (message: string): VoxError => new VoxError("OCI_INVALID", message);
