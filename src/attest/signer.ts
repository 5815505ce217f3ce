import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { formatKeyBundle, type SigstoreBundle } from "./bundle.ts";
import { IN_TOTO_PAYLOAD, preAuthEncoding } from "./dsse.ts";
import { type PublicKey, publicKeyOf } from "./keys/public-key.ts";
import type { Trust } from "./verify/evidence.ts";
import { isBundleOf } from "./verify/verify-bundle.ts";

/** Whoever signs statements; each makes bundles, whatever it takes to make one. */
export interface StatementSigner {
  /** A bundle around a statement. */
  sign(statement: Uint8Array, options: { readonly signal: AbortSignal }): Promise<Uint8Array>;
  /** Whether a bundle is one of its own. */
  made(bundle: SigstoreBundle): boolean;
  /** By whom its own signatures are known when they are read back. */
  readonly trust: Trust;
}

/** A private key of one's own. */
export class KeySigner implements StatementSigner {
  readonly publicKey: PublicKey;
  readonly #key: KeyObject;

  /** @throws {VoxError} KEY_INVALID for a key of another kind than ECDSA on P-256 */
  constructor(key: KeyObject, what: string) {
    this.#key = key;
    this.publicKey = publicKeyOf(createPublicKey(key), what);
  }

  async sign(statement: Uint8Array): Promise<Uint8Array> {
    const { id } = this.publicKey;
    const sig = this.signature(preAuthEncoding(IN_TOTO_PAYLOAD, statement));
    return formatKeyBundle({ payloadType: IN_TOTO_PAYLOAD, payload: statement, signatures: [{ keyid: "", sig }] }, id);
  }

  get trust(): Trust {
    return { keys: [this.publicKey] };
  }

  made(bundle: SigstoreBundle): boolean {
    return isBundleOf(bundle, this.publicKey);
  }

  /** ECDSA over SHA-256 of the bytes, in DER. */
  signature(bytes: Uint8Array): Uint8Array {
    return sign("sha256", bytes, this.#key);
  }
}
