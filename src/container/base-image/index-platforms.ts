import { type Platform, platformFrom, platformParts } from "../../core/platform.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ImageIndex } from "../../oci/image-manifest.ts";
import { isIndexType, isManifestType } from "../../oci/media-types.ts";

export interface PlatformManifest {
  readonly platform: Platform;
  readonly descriptor: Descriptor;
}

/** The images of an index, in its order; attestations (`unknown/unknown`) and other artifacts are no images. */
export function imagesOf(index: ImageIndex): PlatformManifest[] {
  return index.manifests.flatMap((descriptor) => {
    const spec = descriptor.platform;
    const isImage =
      isManifestType(descriptor.mediaType) && !isIndexType(descriptor.mediaType) && descriptor.artifactType === undefined;
    return isImage && spec && spec.os !== "unknown" ? [{ platform: platformFrom(spec), descriptor }] : [];
  });
}

/** The first that is the platform; a platform without a variant takes any variant when none has none. */
export function findPlatform<T extends { readonly platform: Platform }>(images: readonly T[], wanted: Platform): T | undefined {
  const platform = platformFrom(platformParts(wanted));
  const exact = images.find((image) => image.platform === platform);
  if (exact || platformParts(platform).variant !== undefined) return exact;
  return images.find((image) => image.platform.startsWith(`${platform}/`));
}
