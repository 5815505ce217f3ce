import type { SigstoreBundle } from "../bundle.ts";
import { preAuthEncoding } from "../dsse.ts";
import { isSignatureOf, type PublicKey } from "../keys/public-key.ts";

/** Whether the envelope's signature is the key's; what the statement says is another question. */
export function isBundleOf({ material, envelope }: SigstoreBundle, key: PublicKey): boolean {
  const [signature] = envelope.signatures;
  if (!signature || material.kind !== "public-key") return false;
  return isSignatureOf(key, preAuthEncoding(envelope.payloadType, envelope.payload), signature.sig);
}

/** Whether a bundle says that it is the key's: then its signature must be. */
export const claims = ({ material, envelope }: SigstoreBundle, { id }: PublicKey): boolean =>
  material.kind === "public-key" && (material.hint === id || envelope.signatures.some(({ keyid }) => keyid === id));
