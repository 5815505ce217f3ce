import { parsePublicKey } from "../attest/keys/public-key.ts";
import { isSigned } from "../attest/verify/is-signed.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { readBundles } from "./read-attached.ts";
import type { ImagePlace } from "./read-image.ts";
import { requireSigned } from "./require-signed.ts";

export interface AirgapProof {
  readonly file: string;
  /** The image, in the file's layout. */
  readonly place: ImagePlace;
  /** How it is to run, and what else goes with it. */
  readonly documents: Descriptor;
  /** Whether the policy in the file asks for a signer. */
  readonly wantsSigner: boolean;
  /** Absolute paths of public keys. */
  readonly keys: readonly string[];
}

/**
 * Holds an air-gap file against the keys of whoever receives it, before anything is loaded: the image, and what says how it is to run, which
 * names the images of the other services by digest. That all is what the digests say is proved as it is read.
 * @throws {VoxError} POLICY_REFUSED, KEY_INVALID
 */
export async function proveAirgap(proof: AirgapProof, ports: Parameters<typeof requireSigned>[2]): Promise<void> {
  const { file, place, documents, wantsSigner, keys } = proof;
  if (keys.length === 0) {
    if (!wantsSigner) return;
    throw new VoxError("POLICY_REFUSED", `the policy in \`${file}\` asks for a signer, and nobody says who is believed`, {
      hint: `run \`vox deploy --image ${file} --key FILE.pub\` with the key that you were given`,
    });
  }
  await requireSigned(place, { by: "a `--key`", keys, offline: true }, ports);
  const { signal } = ports;
  const bundles = await readBundles(place.repository, documents, { signal });
  const believed = await mapConcurrent(keys, 1, async (path) => parsePublicKey(await ports.readKey(path), `\`${path}\``));
  if (believed.some((key) => isSigned(documents.digest, bundles, key))) return;
  throw new VoxError("POLICY_REFUSED", `what \`${file}\` says of how its image is to run is signed by no \`--key\``);
}
