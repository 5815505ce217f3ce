import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { VoxError } from "../../errors/vox-error.ts";

/** A key that signatures are checked with: ECDSA on P-256 with SHA-256, as cosign's signatures are. */
export interface PublicKey {
  readonly key: KeyObject;
  /** base64 of the SHA-256 of its SubjectPublicKeyInfo: the hint of a bundle. */
  readonly id: string;
}

/** @throws {VoxError} KEY_INVALID */
export function parsePublicKey(pem: string, what: string): PublicKey {
  if (/PRIVATE KEY-----/.test(pem))
    throw new VoxError("KEY_INVALID", `${what} is a private key, where a public one is wanted`, {
      hint: "name the `.pub` file that was written with it",
    });
  try {
    return publicKeyOf(createPublicKey(pem), what);
  } catch (cause) {
    if (cause instanceof VoxError) throw cause;
    throw new VoxError("KEY_INVALID", `${what} is not a public key in PEM`);
  }
}

/** @throws {VoxError} KEY_INVALID for a key of another kind */
export function publicKeyOf(key: KeyObject, what: string): PublicKey {
  if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new VoxError("KEY_INVALID", `${what} is not an ECDSA key on P-256`, {
      hint: "make one with `vox keys generate --out PREFIX`",
    });
  const spki = key.export({ type: "spki", format: "der" });
  return { key, id: createHash("sha256").update(spki).digest("base64") };
}

/** Whether a signature in DER is this key's over the bytes. */
export function isSignatureOf({ key }: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify("sha256", bytes, key, signature);
  } catch {
    return false;
  }
}
