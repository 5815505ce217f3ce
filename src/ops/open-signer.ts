import { openPrivateKey } from "../attest/keys/private-key.ts";
import { KeySigner } from "../attest/signer.ts";
import type { KeyPorts } from "./ports.ts";

/**
 * The signer of a private key's file.
 * @throws {VoxError} KEY_INVALID, KEY_PASSWORD
 */
export async function openKeySigner(path: string, ports: KeyPorts): Promise<KeySigner> {
  const what = `\`${path}\``;
  const pem = await ports.readKey(path);
  return new KeySigner(await openPrivateKey(pem, () => ports.keyPassword(path), what), what);
}
