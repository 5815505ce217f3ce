import type { TrustCheck } from "../attest/verify/evidence.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { ContentReader } from "../oci/content-store.ts";
import type { ImageFacts, Known, SecretFacts } from "../policy/portability/facts.ts";
import { manifestAllowances } from "../policy/secrets/manifest-allowances.ts";
import type { ReadImage } from "./read-image.ts";
import { secretsInImage, tellPlace } from "./scan-image.ts";

export interface ImageFindings extends Pick<ImageFacts, "signersKnown" | "secrets"> {
  /** What `vox verify` says of it. */
  readonly checks: readonly TrustCheck[];
}

type ScanPorts = Parameters<typeof secretsInImage>[3];

/** What looks like a secret in the layers above the base, and in the image's own documents, but for what a manifest allows. */
export async function imageSecrets(
  reader: ContentReader,
  image: ReadImage,
  manifests: readonly string[],
  ports: ScanPorts,
  options: Parameters<typeof secretsInImage>[2] = {},
): Promise<Known<readonly SecretFacts[]>> {
  const allowances = manifests.map((text) => manifestAllowances(text));
  try {
    const found = await secretsInImage(reader, image, options, ports);
    const refused = found.filter((secret) => secret.kind === "file" || !allowances.some((allows) => allows(secret)));
    return { value: refused.map((secret) => ({ rule: secret.rule, where: tellPlace(secret) })) };
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!isVoxError(error)) throw error;
    return { unknown: error.message };
  }
}

/** What is to be judged of an image, from its documents and what was found of it. */
export const imageFacts = ({ index, platforms }: ReadImage, found: ImageFindings): ImageFacts => ({
  platforms: platforms.map(({ platform, config }) => ({ platform, user: config.config?.User ?? "" })),
  annotations: index.annotations ?? {},
  ...found,
});
