import { parsePublicKey, type PublicKey } from "../attest/keys/public-key.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { KeyPorts } from "./ports.ts";

/** The keys in some files, whose paths are absolute. @throws {VoxError} KEY_INVALID */
export const readPublicKeys = (
  paths: readonly string[],
  { readKey }: Pick<KeyPorts, "readKey">,
): Promise<readonly PublicKey[]> => mapConcurrent(paths, 1, async (path) => parsePublicKey(await readKey(path), `\`${path}\``));
