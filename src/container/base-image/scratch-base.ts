import { type Platform, platformParts } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContentReader } from "../../oci/content-store.ts";
import type { BaseImage } from "./base-image.ts";

/** The empty base: no layers, nothing to inherit. */
export const scratchBase = (platform: Platform): BaseImage => ({
  config: { ...platformParts(platform), rootfs: { type: "layers", diff_ids: [] } },
  layers: [],
  reader: EMPTY_READER,
});

const EMPTY_READER: ContentReader = {
  exists: () => Promise.resolve(false),
  // eslint-disable-next-line require-yield
  async *fetch(descriptor) {
    throw new VoxError("CONTENT_MISSING", `\`${descriptor.digest}\` is not in an empty base`);
  },
};
