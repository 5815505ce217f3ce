import type { Platform } from "../../core/platform.ts";
import type { ContentReader } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** An image as a value: what its root reaches can be read, and nothing has been copied (house.md, "Three ideas"). */
export interface Image {
  /** The index; or one platform's manifest, see `selectPlatform`. */
  readonly root: Descriptor;
  readonly reader: ContentReader;
  /** In the index's order. */
  readonly platforms: readonly ImagePlatform[];
}

export interface ImagePlatform {
  readonly platform: Platform;
  readonly manifest: Descriptor;
}

/** The image of one platform alone, for an engine that runs it: its root is the manifest, so other platforms' layers are not asked for. */
export function selectPlatform(image: Image, platform: Platform): Image | undefined {
  const found = image.platforms.find((entry) => entry.platform === platform);
  return found && { root: found.manifest, reader: image.reader, platforms: [found] };
}
