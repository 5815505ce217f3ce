import { isSigned } from "../attest/verify/is-signed.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { readBundles } from "./read-attached.ts";
import type { ImagePlace } from "./read-image.ts";
import { readPublicKeys } from "./read-public-keys.ts";
import { requireSigned } from "./require-signed.ts";

export interface AirgapProof {
  readonly file: string;
  /** The image, in the file's layout. */
  readonly place: ImagePlace;
  /** How it is to run, and what else goes with it. */
  readonly documents: Descriptor;
  /** Whether the policy in the file asks for a signer. */
  readonly wantsSigner: boolean;
  /** Absolute paths of public keys, a list for each who asks: of each one must have signed. */
  readonly lists: readonly (readonly string[])[];
}

/**
 * Holds an air-gap file against the keys of whoever receives it, before anything is loaded: the image, and what says how it is to run, which
 * names the images of the other services by digest. That all is what the digests say is proved as it is read.
 * @throws {VoxError} POLICY_REFUSED, KEY_INVALID
 */
export async function proveAirgap(proof: AirgapProof, ports: Parameters<typeof requireSigned>[2]): Promise<void> {
  const { file, wantsSigner } = proof;
  const lists = proof.lists.filter((keys) => keys.length > 0);
  if (lists.length === 0 && wantsSigner)
    throw new VoxError("POLICY_REFUSED", `the policy in \`${file}\` asks for a signer, and nobody says who is believed`, {
      hint: `run \`vox deploy --image ${file} --key FILE.pub\` with the key that you were given`,
    });
  for (const keys of lists) await proveByKeys(proof, keys, ports);
}

async function proveByKeys(
  { file, place, documents }: AirgapProof,
  keys: readonly string[],
  ports: Parameters<typeof requireSigned>[2],
): Promise<void> {
  await requireSigned(place, { by: namesOf(keys), keys, offline: true }, ports);
  const { signal } = ports;
  const bundles = await readBundles(place.repository, documents, { signal });
  const believed = await readPublicKeys(keys, ports);
  if (believed.some((key) => isSigned(documents.digest, bundles, key))) return;
  throw new VoxError("POLICY_REFUSED", `what \`${file}\` says of how its image is to run is not signed by ${namesOf(keys)}`);
}

const namesOf = (keys: readonly string[]): string => keys.map((path) => `\`${path}\``).join(" or ");
