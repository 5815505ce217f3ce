import { canonicalJsonBytes } from "../core/canonical-json.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../oci/media-types.ts";
import { descriptorOf } from "../oci/parse-descriptor.ts";
import { BUNDLE_TYPE } from "./bundle.ts";

/** Content with its descriptor, on its way to a store. */
export interface NewContent {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** The config of every referrer. */
export const EMPTY_CONFIG: NewContent = contentOf(new TextEncoder().encode("{}"), MEDIA_TYPE.empty);

export interface BundleReferrer {
  /** Besides the config; in the order of pushing, the manifest last. */
  readonly contents: readonly [blob: NewContent, manifest: NewContent];
  readonly manifest: Descriptor;
}

/** A bundle as the referrer that cosign 3 writes (https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md). */
export function bundleReferrer(
  bundle: Uint8Array,
  { mediaType, digest, size }: Descriptor,
  { predicateType, created }: { readonly predicateType: string; readonly created: string },
): BundleReferrer {
  const blob = contentOf(bundle, BUNDLE_TYPE);
  const manifest = contentOf(
    canonicalJsonBytes({
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.imageManifest,
      artifactType: BUNDLE_TYPE,
      config: { ...EMPTY_CONFIG.descriptor, platform: undefined },
      layers: [{ ...blob.descriptor, platform: undefined }],
      subject: { mediaType, digest, size },
      annotations: {
        [ANNOTATION.bundleContent]: "dsse-envelope",
        [ANNOTATION.bundlePredicateType]: predicateType,
        [ANNOTATION.created]: created,
      },
    }),
    MEDIA_TYPE.imageManifest,
  );
  return { contents: [blob, manifest], manifest: manifest.descriptor };
}

function contentOf(bytes: Uint8Array, mediaType: string): NewContent {
  return { descriptor: descriptorOf(bytes, mediaType), bytes };
}
