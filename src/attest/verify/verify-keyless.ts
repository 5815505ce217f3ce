import { X509Certificate } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from "@sigstore/verify";
import { VoxError } from "../../errors/vox-error.ts";
import { openJson } from "../bundle.ts";
import type { CertificateTrust } from "./evidence.ts";

/** Who must have signed, and whom to believe about that. */
export interface Identity {
  /** The certificate's subject alternative name, to the letter: an address, or the URI of a workflow. */
  readonly identity: string;
  /** Of the OIDC token that the certificate was given for. */
  readonly issuer: string;
}

/**
 * Judges bundles with certificates by a trusted root: chain, log entry, time and identity, all without a network.
 * @throws {VoxError} KEY_INVALID for a trusted root that is none
 */
export function certificateTrust(trustedRoot: Uint8Array, wanted: Identity, what: string): CertificateTrust {
  const verifier = new Verifier(trustMaterial(trustedRoot, what));
  return {
    verify(bytes, certificate, blob) {
      const claimed = namesIdentity(certificate, wanted);
      try {
        const json: unknown = JSON.parse(Buffer.from(bytes).toString());
        const { identity } = verifier.verify(toSignedEntity(bundleFromJSON(json), blob && Buffer.from(blob)));
        const { subjectAlternativeName = "", extensions } = identity ?? {};
        if (subjectAlternativeName !== wanted.identity || extensions?.issuer !== wanted.issuer) return { kind: "foreign" };
        return { kind: "good", by: `\`${wanted.identity}\` of \`${wanted.issuer}\`` };
      } catch (error) {
        if (!claimed) return { kind: "foreign" };
        const reason = error instanceof VerificationError ? error.message : "it cannot be read";
        return { kind: "forged", reason: `says that it is of \`${wanted.identity}\`, and ${reason}` };
      }
    },
  };
}

function trustMaterial(trustedRoot: Uint8Array, what: string): ReturnType<typeof toTrustMaterial> {
  openJson(trustedRoot, what);
  try {
    return toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(Buffer.from(trustedRoot).toString())));
  } catch {
    throw new VoxError("KEY_INVALID", `${what} is not a trusted root of Sigstore`);
  }
}

function namesIdentity(der: Uint8Array, { identity }: Identity): boolean {
  try {
    const names = new X509Certificate(der).subjectAltName ?? "";
    return names.split(", ").some((name) => name.slice(name.indexOf(":") + 1) === identity);
  } catch {
    return false;
  }
}
