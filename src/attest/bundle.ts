import { canonicalJsonBytes } from "../core/canonical-json.ts";
import { type JsonCursor, parseJson } from "../core/json-cursor.ts";
import { nestsDeeper } from "../core/json-depth.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { DsseEnvelope } from "./dsse.ts";

/** Sigstore's bundle, as cosign 3 attaches it (https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto). */
export const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const BUNDLE_TYPES: ReadonlySet<string> = new Set([BUNDLE_TYPE, "application/vnd.dev.sigstore.bundle+json;version=0.3"]);

/** A bill of materials of a large image is a few MiB, and a bundle holds it in base64. */
export const MAX_BUNDLE_BYTES = 32 * 1024 * 1024;
const MAX_DEPTH = 64;

export interface SigstoreBundle {
  /** By whom, as the bundle says: a hint of a public key, or a certificate. */
  readonly material: BundleMaterial;
  readonly envelope: DsseEnvelope;
}

export type BundleMaterial =
  | { readonly kind: "public-key"; readonly hint: string }
  /** DER. */
  | { readonly kind: "certificate"; readonly certificate: Uint8Array };

/** The bundle of an envelope that a key signed. */
export function formatKeyBundle({ payloadType, payload, signatures }: DsseEnvelope, hint: string): Uint8Array {
  return canonicalJsonBytes({
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: base64(payload),
      payloadType,
      // Without a `keyid`: verifiers in Go take one for a fingerprint of their own kind, and pass over what differs.
      signatures: signatures.map(({ sig }) => ({ sig: base64(sig) })),
    },
  });
}

/**
 * A bundle with one envelope in it; its signature is not looked at.
 * @throws {VoxError} ATTESTATION_INVALID
 */
export function parseBundle(bytes: Uint8Array): SigstoreBundle {
  const json = openBundle(bytes);
  const envelope = json.at("dsseEnvelope").present ?? json.fail("has no `dsseEnvelope`");
  const signatures = envelope.at("signatures").list((item) => ({
    keyid: item.at("keyid").present?.string() ?? "",
    sig: bytesAt(item.at("sig")),
  }));
  if (signatures.length !== 1) envelope.at("signatures").fail("is not exactly one");
  return {
    material: materialOf(json.at("verificationMaterial")),
    envelope: { payloadType: envelope.at("payloadType").string(), payload: bytesAt(envelope.at("payload")), signatures },
  };
}

/** A signature over a file, as `cosign sign-blob --bundle` keeps it. */
export interface BlobBundle {
  readonly material: BundleMaterial;
  readonly signature: Uint8Array;
}

/**
 * A bundle with one signature of a file in it; the signature is not looked at.
 * @throws {VoxError} ATTESTATION_INVALID
 */
export function parseBlobBundle(bytes: Uint8Array): BlobBundle {
  const json = openBundle(bytes);
  const message = json.at("messageSignature").present ?? json.fail("has no `messageSignature`");
  return { material: materialOf(json.at("verificationMaterial")), signature: bytesAt(message.at("signature")) };
}

function openBundle(bytes: Uint8Array): JsonCursor {
  const json = openJson(bytes, "the bundle");
  if (!BUNDLE_TYPES.has(json.at("mediaType").string())) json.at("mediaType").fail("is not a bundle of version 0.3");
  return json;
}

/**
 * Foreign JSON, bounded in size and depth.
 * @throws {VoxError} ATTESTATION_INVALID
 */
export function openJson(bytes: Uint8Array, what: string): JsonCursor {
  if (bytes.byteLength > MAX_BUNDLE_BYTES)
    throw new VoxError("ATTESTATION_INVALID", `${what} is larger than ${MAX_BUNDLE_BYTES} bytes`);
  if (nestsDeeper(bytes, MAX_DEPTH)) throw new VoxError("ATTESTATION_INVALID", `${what} nests deeper than ${MAX_DEPTH} levels`);
  return parseJson(bytes, { code: "ATTESTATION_INVALID", what });
}

function materialOf(json: JsonCursor): BundleMaterial {
  const key = json.at("publicKey").present;
  if (key) return { kind: "public-key", hint: key.at("hint").present?.string() ?? "" };
  const certificate = json.at("certificate").present ?? json.fail("names neither a key nor a certificate");
  return { kind: "certificate", certificate: bytesAt(certificate.at("rawBytes")) };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Both alphabets of base64 are read (DSSE, protocol.md). */
function bytesAt(json: JsonCursor): Uint8Array {
  const text = json.string();
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) json.fail("is not base64");
  return Buffer.from(text, "base64");
}
