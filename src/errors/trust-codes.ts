import { type CatalogueEntry, entry, EXIT } from "./catalogue-entry.ts";

/** What keys, signatures and attestations can be wrong in; part of the catalogue. */
export const TRUST_CODES = {
  KEY_INVALID: entry(
    EXIT.data,
    "A key's file cannot be read, or holds no ECDSA key on P-256.",
    "make one with `vox keys generate --out PREFIX`",
  ),
  KEY_PASSWORD: entry(
    EXIT.denied,
    "A private key is encrypted, and its password is missing or another.",
    "set VOX_SIGN_PASSWORD",
  ),
  KEY_EXISTS: entry(
    EXIT.cannotWrite,
    "A key's file is there already, and a key is never written over.",
    "name another `--out PREFIX`",
  ),
  IDENTITY_MISSING: entry(
    EXIT.denied,
    "Signing without a key needs the OIDC token of a job, and there is none.",
    "give the job the permission to ask for one (`id-token: write`), or set SIGSTORE_ID_TOKEN, or sign with `--sign-key FILE`",
  ),
  SIGNING_UNAVAILABLE: entry(
    EXIT.unavailable,
    "The certificate authority or the transparency log did not answer as they should.",
    "run the command again, or sign with `--sign-key FILE`",
  ),
  PACKAGE_UNSIGNED: entry(
    EXIT.failed,
    "A registry's `signers` must have signed its packages, and none signed this one.",
    "ask its publisher to sign it (`vox pm publish --sign-key FILE`), or lock another version",
  ),
  ATTESTATION_INVALID: entry(
    EXIT.data,
    "A signature, bundle or statement that is attached to an image is not what it should be.",
    "sign the image anew with `vox deploy --sign-key FILE`, or do not use it",
  ),
} as const satisfies Record<string, CatalogueEntry>;
