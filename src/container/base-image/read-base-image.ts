import { counted } from "../../core/counted.ts";
import type { Digest } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { Repository, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ImageConfig } from "../../oci/image-config.ts";
import type { ImageManifest } from "../../oci/image-manifest.ts";
import { isIndexType, MEDIA_TYPE } from "../../oci/media-types.ts";
import { parseImageConfig } from "../../oci/parse-config.ts";
import { mediaTypeOfManifest, parseImageIndex, parseImageManifest } from "../../oci/parse-manifest.ts";
import { readContent } from "../../oci/read-content.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { BaseImage, BaseImageSource } from "./base-image.ts";
import { baseTarget, parseStoredBase, type StoredBaseReference } from "./base-reference.ts";
import { cachedDocument } from "./cached-document.ts";
import { refuseOtherTypes } from "./resolve-base-image.ts";

export interface LockedBaseManifest extends TransferOptions {
  readonly locked: Pick<LockedBaseImage, "reference" | "digest">;
  readonly platform: Platform;
  /** The manifest for the platform, as locked. */
  readonly manifest: Digest;
}

/**
 * One platform of a base, by its locked digests: no tag decides what is built upon. Enforces `base-locked`.
 * @throws {VoxError} BASE_IMAGE_UNUSABLE, CONTENT_MISSING, OCI_INVALID, REGISTRY_CONTENT_CHANGED
 */
export async function readBaseImage(source: BaseImageSource, wanted: LockedBaseManifest): Promise<BaseImage> {
  const reference = parseStoredBase(wanted.locked.reference);
  const repository = await source.open(reference);
  const { documents } = source;
  const manifestBytes = await cachedDocument(documents, wanted.manifest, () => loadManifest(repository, reference, wanted));
  const manifest = parseUsableManifest(manifestBytes, wanted);
  const configBytes = await cachedDocument(documents, manifest.config.digest, () =>
    readContent(repository, manifest.config, wanted),
  );
  const config = parseImageConfig(configBytes, `the config of base image \`${wanted.locked.reference}\``);
  checkUsable(config, manifest, wanted);
  return { config, layers: manifest.layers.map((layer) => ociLayer(layer, wanted)), reader: repository };
}

/** A registry answers for a manifest's digest; a layout may know only its tags, and is then asked from the top. */
async function loadManifest(
  repository: Repository,
  reference: StoredBaseReference,
  wanted: LockedBaseManifest,
): Promise<Uint8Array> {
  const direct = reference.kind === "registry" ? await repository.resolve(wanted.manifest, wanted) : undefined;
  const descriptor = direct ?? (await findFromRoot(repository, reference, wanted));
  refuseOtherTypes(descriptor, wanted.locked.reference);
  return readContent(repository, descriptor, wanted);
}

async function findFromRoot(
  repository: Repository,
  reference: StoredBaseReference,
  wanted: LockedBaseManifest,
): Promise<Descriptor> {
  const { locked, manifest } = wanted;
  const root = (await repository.resolve(locked.digest, wanted)) ?? (await repository.resolve(baseTarget(reference), wanted));
  if (!root) throw new VoxError("CONTENT_MISSING", `base image \`${locked.reference}\` is not there`);
  if (root.digest === manifest) return root;
  if (root.digest !== locked.digest) throw contentChanged(locked.reference, root.digest);
  const index = isIndexType(root.mediaType)
    ? parseImageIndex(await readContent(repository, root, wanted), {
        mediaType: root.mediaType,
        what: `base image \`${locked.reference}\``,
      })
    : undefined;
  const child = index?.manifests.find((entry) => entry.digest === manifest);
  if (!child) throw contentChanged(locked.reference, root.digest);
  return child;
}

function contentChanged(reference: string, digest: Digest): VoxError {
  return new VoxError(
    "REGISTRY_CONTENT_CHANGED",
    `base image \`${reference}\` is now \`${digest}\`, which vox.lock does not name`,
    {
      hint: "run `vox update --base-images`",
    },
  );
}

function parseUsableManifest(bytes: Uint8Array, { locked, manifest }: LockedBaseManifest): ImageManifest {
  const what = `the manifest \`${manifest}\` of base image \`${locked.reference}\``;
  if (isIndexType(mediaTypeOfManifest(bytes, what))) throw unusable(locked.reference, "has an index where an image is locked");
  return parseImageManifest(bytes, { what });
}

function checkUsable(config: ImageConfig, manifest: ImageManifest, { locked }: LockedBaseManifest): void {
  if (config.os !== "linux") throw unusable(locked.reference, `is for \`${config.os}\`, and vox builds for \`linux\``);
  const diffIds = config.rootfs.diff_ids.length;
  if (diffIds !== manifest.layers.length) {
    throw unusable(locked.reference, `has ${counted(manifest.layers.length, "layer")} and ${counted(diffIds, "diff-id")}`);
  }
}

/** Docker's names for what OCI names too; the bytes and their digests are the same. */
const OCI_LAYER_TYPES: Readonly<Record<string, string>> = {
  [MEDIA_TYPE.layerTar]: MEDIA_TYPE.layerTar,
  [MEDIA_TYPE.layerTarGzip]: MEDIA_TYPE.layerTarGzip,
  [MEDIA_TYPE.layerTarZstd]: MEDIA_TYPE.layerTarZstd,
  [MEDIA_TYPE.dockerLayerGzip]: MEDIA_TYPE.layerTarGzip,
  "application/vnd.docker.image.rootfs.diff.tar": MEDIA_TYPE.layerTar,
  "application/vnd.docker.image.rootfs.diff.tar.zstd": MEDIA_TYPE.layerTarZstd,
};

function ociLayer(layer: Descriptor, { locked }: LockedBaseManifest): Descriptor {
  const mediaType = OCI_LAYER_TYPES[layer.mediaType];
  if (mediaType === undefined || layer.urls?.length) {
    throw unusable(
      locked.reference,
      `has a layer of type \`${layer.mediaType}\`, which a registry may not pass on or vox cannot read`,
    );
  }
  const { digest, size, annotations } = layer;
  return { mediaType, digest, size, ...(annotations && { annotations }) };
}

const unusable = (reference: string, why: string): VoxError =>
  new VoxError("BASE_IMAGE_UNUSABLE", `base image \`${reference}\` ${why}`, {
    hint: "choose another `base_image` in [deploy.container]",
  });
