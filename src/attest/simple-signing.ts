import { canonicalJsonBytes } from "../core/canonical-json.ts";
import { type Digest, digestOf, hexOf } from "../core/digest.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../oci/media-types.ts";
import { descriptorOf } from "../oci/parse-descriptor.ts";
import { openJson } from "./bundle.ts";
import type { NewContent } from "./referrer.ts";

/*
 * cosign's older signatures: an image at the tag `sha256-<hex>.sig` with a layer for each signature
 * (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md).
 */

export const SIMPLE_SIGNING_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
const PAYLOAD_TYPE = "cosign container image signature";

export const signatureTag = (subject: Digest): string => `sha256-${hexOf(subject)}.sig`;

/** What is signed; `reference` is where the image was, without tag and digest. */
export const simpleSigningPayload = (reference: string, digest: Digest): Uint8Array =>
  canonicalJsonBytes({
    critical: {
      identity: { "docker-reference": reference },
      image: { "docker-manifest-digest": digest },
      type: PAYLOAD_TYPE,
    },
    optional: null,
  });

/**
 * The digest that a payload is about.
 * @throws {VoxError} ATTESTATION_INVALID
 */
export function parseSimpleSigning(bytes: Uint8Array): Digest {
  const critical = openJson(bytes, "the signature's payload").at("critical");
  if (critical.at("type").string() !== PAYLOAD_TYPE) critical.at("type").fail(`is not \`${PAYLOAD_TYPE}\``);
  return critical.at("image").at("docker-manifest-digest").digest();
}

export interface SimpleSignature {
  readonly payload: Uint8Array;
  /** DER. */
  readonly signature: Uint8Array;
}

/** The layer of one signature. */
export const signatureLayer = ({ payload, signature }: SimpleSignature): Descriptor => ({
  ...descriptorOf(payload, SIMPLE_SIGNING_TYPE),
  annotations: { [ANNOTATION.cosignSignature]: Buffer.from(signature).toString("base64") },
});

/** The signature image around its layers, those of others that were there before included; in the order of pushing, the manifest last. */
export function signatureImage(layers: readonly Descriptor[]): readonly NewContent[] {
  const config = contentOf(
    {
      architecture: "",
      config: {},
      history: layers.map(() => ({ created: "1970-01-01T00:00:00Z" })),
      os: "",
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    },
    MEDIA_TYPE.imageConfig,
  );
  const manifest = contentOf(
    {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.imageManifest,
      config: { ...config.descriptor, platform: undefined },
      layers: layers.map((layer) => ({ ...layer, platform: undefined })),
    },
    MEDIA_TYPE.imageManifest,
  );
  return [config, manifest];
}

/** The bytes of the signature that a layer carries; none when it carries no base64. */
export function signatureOfLayer({ annotations }: Descriptor): Uint8Array | undefined {
  const text = annotations?.[ANNOTATION.cosignSignature];
  return text !== undefined && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

function contentOf(document: Parameters<typeof canonicalJsonBytes>[0], mediaType: string): NewContent {
  const bytes = canonicalJsonBytes(document);
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength } };
}
