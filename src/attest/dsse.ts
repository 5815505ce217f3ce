/** What an in-toto statement travels as (https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md). */
export const IN_TOTO_PAYLOAD = "application/vnd.in-toto+json";

/** A payload with its signatures (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md), base64 taken off. */
export interface DsseEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly DsseSignature[];
}

export interface DsseSignature {
  readonly keyid: string;
  readonly sig: Uint8Array;
}

/** What is signed: type and payload, each with its length in bytes (protocol.md, "Signature Definition"). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, "utf8");
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.byteLength} `), type, Buffer.from(` ${payload.byteLength} `), payload]);
}
