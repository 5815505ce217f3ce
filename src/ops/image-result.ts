import type { Digest } from "../core/digest.ts";
import type { Image } from "../container/build/image.ts";
import type { TransferSummary } from "../oci/copy.ts";

/** The document of `package` and `deploy` (contracts, §8). */
export interface ImageResult {
  readonly image: {
    readonly reference: string;
    readonly digest: string;
    readonly mediaType: string;
    readonly platforms: readonly { readonly platform: string; readonly digest: string }[];
  };
  readonly transfer: TransferSummary & { readonly requests: number };
  readonly out: string | null;
}

export interface ImageResultInput {
  readonly image: Image;
  /** Of the index that stands in the registry, where it is not the image's own. */
  readonly digest?: Digest;
  readonly reference: string;
  readonly transfer: TransferSummary;
  readonly requests: number;
  readonly out: string | null;
}

export const imageResult = ({ image, digest, reference, transfer, requests, out }: ImageResultInput): ImageResult => ({
  image: {
    reference,
    digest: digest ?? image.root.digest,
    mediaType: image.root.mediaType,
    platforms: image.platforms.map(({ platform, manifest }) => ({ platform, digest: manifest.digest })),
  },
  transfer: { ...transfer, requests },
  out,
});

export const NO_TRANSFER: TransferSummary = { bytes: 0, blobs: 0, mounted: 0, skipped: 0 };
