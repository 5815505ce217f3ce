import { X509Certificate } from "node:crypto";
import { parseBundle } from "../bundle.ts";
import { preAuthEncoding } from "../dsse.ts";
import { isSignatureOf, publicKeyOf } from "../keys/public-key.ts";
import type { CertificateTrust, CertificateVerdict } from "./evidence.ts";

/** The certificates that somebody signed with just now, by which what was attached is known again; who vouches for them is another question. */
export class OwnCertificates implements CertificateTrust {
  readonly #kept = new Set<string>();

  /** Of a bundle that was made now. */
  keep(bundle: Uint8Array): void {
    const { material } = parseBundle(bundle);
    if (material.kind === "certificate") this.#kept.add(nameOf(material.certificate));
  }

  verify(bundle: Uint8Array, certificate: Uint8Array): CertificateVerdict {
    if (!this.#kept.has(nameOf(certificate))) return { kind: "foreign" };
    const { envelope } = parseBundle(bundle);
    const key = publicKeyOf(new X509Certificate(certificate).publicKey, "the certificate's key");
    const [signature] = envelope.signatures;
    const holds = signature && isSignatureOf(key, preAuthEncoding(envelope.payloadType, envelope.payload), signature.sig);
    return holds
      ? { kind: "good", by: "the certificate of this run" }
      : { kind: "forged", reason: "names the certificate of this run, and its signature is not" };
  }
}

const nameOf = (certificate: Uint8Array): string => Buffer.from(certificate).toString("base64");
