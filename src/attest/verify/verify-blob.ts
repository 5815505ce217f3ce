import { parseBlobBundle } from "../bundle.ts";
import { isSignatureOf } from "../keys/public-key.ts";
import type { Trust } from "./evidence.ts";

/** What a signature beside a file says of it. */
export type BlobVerdict =
  { readonly kind: "signed"; readonly by: string } | { readonly kind: "refused"; readonly reason: string };

/**
 * Whether one who is believed signed the file, by the bundle that `cosign sign-blob` wrote beside it.
 * @throws {VoxError} ATTESTATION_INVALID for a bundle that is none
 */
export function verifyBlob(blob: Uint8Array, bundle: Uint8Array, { keys, certificates }: Trust): BlobVerdict {
  const { material, signature } = parseBlobBundle(bundle);
  if (material.kind === "public-key") {
    const key = keys.find((each) => isSignatureOf(each, blob, signature));
    return key === undefined ? refused("by none of the keys that are given") : { kind: "signed", by: `the key ${key.id}` };
  }
  const verdict = certificates?.verify(bundle, material.certificate, blob) ?? { kind: "foreign" };
  switch (verdict.kind) {
    case "good":
      return { kind: "signed", by: verdict.by };
    case "forged":
      return refused(`by a certificate that ${verdict.reason}`);
    case "foreign":
      return refused("by somebody else than is asked for");
  }
}

const refused = (reason: string): BlobVerdict => ({ kind: "refused", reason });
