import { mapConcurrent } from "../core/concurrency.ts";
import { type Platform, platformFrom } from "../core/platform.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader, Repository, TransferOptions } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import type { ImageConfig } from "../oci/image-config.ts";
import type { ImageIndex, ImageManifest } from "../oci/image-manifest.ts";
import { parseImageConfig } from "../oci/parse-config.ts";
import { parseImageIndex, parseImageManifest } from "../oci/parse-manifest.ts";
import { isIndexType } from "../oci/media-types.ts";
import { readContent } from "../oci/read-content.ts";

/** Where an image lies, and by which name it is asked for there. */
export interface ImagePlace {
  readonly repository: Repository;
  /** A tag, or a digest. */
  readonly target: string;
  /** As people write it. */
  readonly reference: string;
  /** Without tag and digest. */
  readonly name: string;
}

/** The documents of an image, each proved by its digest; no layer is read. */
export interface ReadImage {
  readonly name: string;
  /** The index; or the one platform's manifest, where that is what is named. */
  readonly root: Descriptor;
  readonly kind: "index" | "platform";
  /** What the root says of itself. */
  readonly index: Pick<ImageIndex, "annotations">;
  readonly platforms: readonly ReadPlatform[];
}

export interface ReadPlatform {
  readonly platform: Platform;
  readonly manifest: Descriptor;
  readonly document: ImageManifest;
  readonly config: ImageConfig;
}

/** An image for more platforms than there are is an attack. */
const MAX_PLATFORMS = 64;
const READS_AT_ONCE = 4;

/** @throws {VoxError} CONTENT_MISSING, CONTENT_MISMATCH, CONTENT_TOO_LARGE, OCI_INVALID also when one platform's manifest is named */
export async function readImage(place: ImagePlace, options: TransferOptions): Promise<ReadImage> {
  return readImageFrom(place.repository, await rootOf(place, options), place, options);
}

/** The same where the root is known. */
export async function readImageFrom(
  repository: ContentReader,
  root: Descriptor,
  { name, reference }: Pick<ImagePlace, "name" | "reference">,
  options: TransferOptions,
): Promise<ReadImage> {
  const what = `the index \`${root.digest}\``;
  if (!isIndexType(root.mediaType)) throw new VoxError("OCI_INVALID", `\`${reference}\` is one platform's image, no index`);
  const index = parseImageIndex(await readContent(repository, root, options), { mediaType: root.mediaType, what });
  if (index.manifests.length > MAX_PLATFORMS)
    throw new VoxError("OCI_INVALID", `${what} has ${index.manifests.length} entries`);
  const platforms = await mapConcurrent(index.manifests, READS_AT_ONCE, (entry) => readPlatform(repository, entry, options));
  return { name, root, kind: "index", index, platforms };
}

/** An image, or one platform's where its manifest is named. @throws {VoxError} as `readImage`, and PLATFORM_INVALID */
export async function readImageOrPlatform(place: ImagePlace, options: TransferOptions): Promise<ReadImage> {
  const { repository, name } = place;
  const root = await rootOf(place, options);
  if (isIndexType(root.mediaType)) return readImageFrom(repository, root, place, options);
  const platform = await readManifest(repository, root, options);
  const { annotations } = platform.document;
  return { name, root, kind: "platform", index: annotations ? { annotations } : {}, platforms: [platform] };
}

async function rootOf({ repository, target, reference }: ImagePlace, options: TransferOptions): Promise<Descriptor> {
  const root = await repository.resolve(target, options);
  if (root) return root;
  throw new VoxError("CONTENT_MISSING", `there is no image \`${reference}\``);
}

async function readPlatform(repository: ContentReader, entry: Descriptor, options: TransferOptions): Promise<ReadPlatform> {
  if (!entry.platform) throw new VoxError("OCI_INVALID", `\`${entry.digest}\` stands in the index without a platform`);
  return { ...(await readManifest(repository, entry, options)), platform: platformFrom(entry.platform) };
}

/** For the platform that its config says. */
async function readManifest(
  repository: ContentReader,
  { mediaType, digest, size }: Descriptor,
  options: TransferOptions,
): Promise<ReadPlatform> {
  const manifest = { mediaType, digest, size };
  const document = parseImageManifest(await readContent(repository, manifest, options), {
    mediaType,
    what: `the manifest \`${digest}\``,
  });
  const config = parseImageConfig(await readContent(repository, document.config, options), `the config of \`${digest}\``);
  return { platform: platformFrom(config), manifest, document, config };
}
