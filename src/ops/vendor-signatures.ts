import { isSigned } from "../attest/verify/is-signed.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import { addTransfers, copyGraph, NOTHING_TRANSFERRED, type TransferSummary } from "../oci/copy.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { readKeys, signatureSources, type SignedManifest, signedManifestsOf } from "./prove-signers.ts";
import { readBundles } from "./read-attached.ts";

const AT_ONCE = 4;

/**
 * Brings the signatures by which packages of registries with `signers` are believed, so that a clone can believe them with nobody to ask. Of
 * what else is attached nothing comes along: whoever may push can attach.
 * @throws {VoxError} PACKAGE_UNSIGNED, OFFLINE_UNPROVABLE, KEY_INVALID
 */
export async function vendorSignatures(
  project: OpenProject,
  lock: Lockfile,
  layout: Repository,
  hold: LockHold,
  { signal }: RunPorts,
): Promise<TransferSummary> {
  let transfer = NOTHING_TRANSFERRED;
  for (const { name: registry, signers } of project.workspace.registries) {
    if (signers.length === 0) continue;
    const keys = await readKeys(project, signers);
    const manifests = signedManifestsOf(
      lock.packages.filter(({ source }) => source.kind === "registry" && source.registry === registry),
    );
    const copied = await mapConcurrent(manifests, AT_ONCE, async (manifest) => {
      for (const place of await signatureSources(project, registry, manifest, hold)) {
        const bundles = await readBundles(place, manifest.subject, { signal });
        const signed = bundles.filter((item) => keys.some((key) => isSigned(manifest.subject.digest, [item], key)));
        if (signed.length === 0) continue;
        const entries = signed.map(({ entry: { mediaType, digest, size } }) => ({ mediaType, digest, size }));
        const moved = await mapConcurrent(entries, 1, (entry) => copyGraph(place, layout, entry, { signal }));
        return { entries, moved };
      }
      throw notAtHand(manifest, registry, hold);
    });
    await layout.attach(
      copied.flatMap(({ entries }) => entries),
      { signal },
    );
    transfer = copied.flatMap(({ moved }) => moved).reduce(addTransfers, transfer);
  }
  return transfer;
}

const notAtHand = ({ title }: SignedManifest, registry: string, { offline }: LockHold): VoxError =>
  offline
    ? new VoxError("OFFLINE_UNPROVABLE", `the signature of ${title} is not in the project, and cannot be asked offline`)
    : new VoxError("PACKAGE_UNSIGNED", `${title} is not signed by a signer of the registry \`${registry}\``);
