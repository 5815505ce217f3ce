import { createPrivateKey, type KeyObject } from "node:crypto";
import { VoxError } from "../../errors/vox-error.ts";
import { openCosignKey } from "./cosign-key.ts";

/** What a private key's file is told apart by. */
const LABEL = /-----BEGIN ([A-Z0-9 ]+)-----/;

/** The password of a key, asked for when one turns out to be needed. */
export type KeyPassword = () => Promise<string | undefined>;

/**
 * A private key in PEM: PKCS#8, encrypted or not, SEC 1, or cosign's own encrypted form.
 * @throws {VoxError} KEY_INVALID, KEY_PASSWORD
 */
export async function openPrivateKey(pem: string, password: KeyPassword, what: string): Promise<KeyObject> {
  const label = LABEL.exec(pem)?.[1];
  switch (label) {
    case "PRIVATE KEY":
    case "EC PRIVATE KEY":
      return readKey(pem, undefined, what);
    case "ENCRYPTED PRIVATE KEY":
      return readKey(pem, await needed(password, what), what);
    case "ENCRYPTED SIGSTORE PRIVATE KEY":
    case "ENCRYPTED COSIGN PRIVATE KEY":
      return openCosignKey(pem, await needed(password, what), what);
    case "PUBLIC KEY":
      throw new VoxError("KEY_INVALID", `${what} is a public key, where a private one is wanted`);
    default:
      throw new VoxError("KEY_INVALID", `${what} is not a private key in PEM`);
  }
}

async function needed(password: KeyPassword, what: string): Promise<string> {
  const given = await password();
  if (given !== undefined) return given;
  throw new VoxError("KEY_PASSWORD", `${what} is encrypted, and there is no password`);
}

function readKey(pem: string, passphrase: string | undefined, what: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // What the library says may quote the key.
    if (passphrase === undefined) throw new VoxError("KEY_INVALID", `${what} cannot be read`);
    throw new VoxError("KEY_PASSWORD", `${what} is not opened by the password`);
  }
}
