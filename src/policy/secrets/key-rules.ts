import { entropyBits } from "./randomness.ts";
import type { SecretRule } from "./secret-rule.ts";

/** What may stand between a key's first line and its content: line ends as such or escaped, string syntax, armour headers. */
const BETWEEN = String.raw`(?:\\[nr]|[\s"'\x60+,\\]|[A-Za-z-]{1,32}: [^\n\\]{0,80}){1,40}?`;

/** A row of base64 long enough to be content, and not a row of one letter. */
const isContent = ({ secret }: { readonly secret: string }): boolean => entropyBits(secret) >= 3;

/** Private keys in the forms in which they are stored. */
export const KEY_RULES: readonly SecretRule[] = [
  {
    id: "private-key",
    finds: "private keys: PEM (PKCS#1, PKCS#8, SEC 1, encrypted ones too), OpenSSH, PGP, PuTTY, age",
    anchors: ["-----begin ", "---- begin ", "putty-user-key-file-", "age-secret-key-1"],
    pattern: new RegExp(
      [
        String.raw`-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----${BETWEEN}(?<secret>[A-Za-z0-9+/]{40})`,
        String.raw`---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----${BETWEEN}(?<ssh2>[A-Za-z0-9+/]{40})`,
        String.raw`PuTTY-User-Key-File-\d: [^\n]{1,40}\n[\s\S]{0,4000}?Private-Lines:`,
        String.raw`AGE-SECRET-KEY-1[0-9A-Z]{58}`,
      ].join("|"),
      "y",
    ),
    accepts: isContent,
  },
  {
    id: "gcp-service-account",
    finds: "the private key in the JSON file of a Google Cloud service account",
    anchors: ["service_account"],
    pattern: new RegExp(
      String.raw`service_account"[\s\S]{0,3000}?"private_key"\s{0,4}:\s{0,4}"-----BEGIN [A-Z ]{0,24}PRIVATE KEY-----${BETWEEN}(?<secret>[A-Za-z0-9+/]{40})`,
      "y",
    ),
    accepts: isContent,
    weight: 2,
  },
];
