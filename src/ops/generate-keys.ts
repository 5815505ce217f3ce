import { generateKeyPair } from "../attest/keys/generate-key.ts";
import { parsePublicKey } from "../attest/keys/public-key.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { KeyPorts } from "./ports.ts";

/** The document of `keys generate`. */
export interface GeneratedKeys {
  readonly privateKey: string;
  readonly publicKey: string;
  /** The hint by which signatures name the key. */
  readonly keyId: string;
}

/**
 * Makes a pair and writes it to `PREFIX.key` and `PREFIX.pub`, which must not be there.
 * @throws {VoxError} KEY_EXISTS, KEY_PASSWORD, CANNOT_WRITE
 */
export async function generateKeys(prefix: string, ports: KeyPorts): Promise<GeneratedKeys> {
  const password = await ports.newKeyPassword(`${prefix}.key`);
  if (!password)
    throw new VoxError("KEY_PASSWORD", "a new key is encrypted, and there is no password", {
      hint: "set VOX_SIGN_PASSWORD, or run the command where it can ask",
    });
  const pair = generateKeyPair(password);
  await ports.writeKeys(prefix, pair);
  const publicKey = `${prefix}.pub`;
  return { privateKey: `${prefix}.key`, publicKey, keyId: parsePublicKey(pair.publicPem, `\`${publicKey}\``).id };
}
