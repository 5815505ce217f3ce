import { Buffer } from "node:buffer";
import type { Descriptor } from "../../oci/descriptor.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";
import { descriptorOf } from "../../oci/parse-descriptor.ts";
import { descriptorJson, ociDocument, type OciDocument } from "./package-artifact.ts";

/** Whether a version is yanked, and why (contracts, §5). */
export interface YankState {
  readonly yanked: boolean;
  readonly reason?: string;
}

export const YANK_ANNOTATION = { yanked: "dev.vox.yanked", reason: "dev.vox.yank.reason" } as const;

const EMPTY_BYTES = new TextEncoder().encode("{}");

/** The content that stands for nothing in an OCI manifest (image-spec, manifest.md). */
export const EMPTY_DOCUMENT: OciDocument = {
  bytes: EMPTY_BYTES,
  descriptor: descriptorOf(EMPTY_BYTES, MEDIA_TYPE.empty),
};

const EMPTY_DESCRIPTOR: Descriptor = { ...EMPTY_DOCUMENT.descriptor, data: Buffer.from(EMPTY_BYTES).toString("base64") };

/** The manifest that stands at `yank_<tag>`. */
export const yankDocument = (state: YankState): OciDocument =>
  ociDocument(MEDIA_TYPE.imageManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    artifactType: MEDIA_TYPE.voxYank,
    config: descriptorJson(EMPTY_DESCRIPTOR),
    layers: [descriptorJson(EMPTY_DESCRIPTOR)],
    annotations: {
      [YANK_ANNOTATION.yanked]: String(state.yanked),
      ...(state.reason && { [YANK_ANNOTATION.reason]: state.reason }),
    },
  });
