import type { SigstoreBundle } from "../bundle.ts";
import type { AttestedImage } from "../image-statements.ts";
import type { PublicKey } from "../keys/public-key.ts";
import type { SimpleSignature } from "../simple-signing.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** One thing that holds or does not, and what that rests on. */
export interface TrustCheck {
  readonly id: string;
  readonly ok: boolean;
  readonly detail: string;
  /** A key's signature, the lock, what the provenance says, or the content itself. */
  readonly restsOn: "signature" | "lock" | "provenance" | "content";
}

/** A bundle that is attached to a manifest, or why it is none. */
export type AttachedBundle =
  | { readonly kind: "bundle"; readonly entry: Descriptor; readonly bundle: SigstoreBundle; readonly bytes: Uint8Array }
  | { readonly kind: "unreadable"; readonly entry: Descriptor; readonly reason: string };

/** What is attached to one manifest, as it was read: nothing of it is believed yet. */
export interface ManifestEvidence {
  /** `index`, or the platform. */
  readonly name: string;
  readonly manifest: Descriptor;
  readonly bundles: readonly AttachedBundle[];
  readonly simple: readonly SimpleSignature[];
}

export interface ImageEvidence {
  readonly image: AttestedImage;
  /** The index, then each platform. */
  readonly manifests: readonly ManifestEvidence[];
}

/** Whose signatures are believed. */
export interface Trust {
  readonly keys: readonly PublicKey[];
  /** Judges bundles with certificates; absent where only keys are believed. */
  readonly certificates?: CertificateTrust;
}

export interface CertificateTrust {
  /** Of the bundle's bytes, the certificate that it names itself, and the file that it signs where the bundle does not hold what it signs. */
  verify(bundle: Uint8Array, certificate: Uint8Array, blob?: Uint8Array): CertificateVerdict;
}

export type CertificateVerdict =
  | { readonly kind: "good"; readonly by: string }
  | { readonly kind: "forged"; readonly reason: string }
  | { readonly kind: "foreign" };
