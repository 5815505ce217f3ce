import { bundleReferrer, EMPTY_CONFIG } from "../attest/referrer.ts";
import { signatureStatement } from "../attest/image-statements.ts";
import type { StatementSigner } from "../attest/signer.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { PackageArtifact } from "../pm/registry/package-artifact.ts";
import type { AttachedRecord } from "../pm/registry/provenance.ts";
import { EPOCH } from "../container/plan/image-plan.ts";
import type { ImagePorts, RunPorts } from "./ports.ts";

/** A signature for what the version's tag names, and for each manifest that a lock may name. */
export async function packageSignatures(
  { root, images }: PackageArtifact,
  signer: StatementSigner,
  { created = EPOCH, signal }: Pick<ImagePorts, "created"> & RunPorts,
): Promise<readonly AttachedRecord[]> {
  const descriptors = [root.descriptor, ...images.map(({ manifest }) => manifest)];
  const subjects = [...new Map(descriptors.map((subject) => [subject.digest, subject])).values()];
  return mapConcurrent(subjects, 1, async (subject) => {
    const { predicateType, bytes } = signatureStatement([subject]);
    const { contents } = bundleReferrer(await signer.sign(bytes, { signal }), subject, { predicateType, created });
    const [blob, manifest] = contents;
    return { documents: [EMPTY_CONFIG, blob, manifest], manifest };
  });
}
