import { packageNameKey } from "../core/package-name.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ChosenPackage } from "../pm/lockfile/build-lock.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import { formatFeatureTable, formatRequiresLine } from "../pm/lockfile/requires-line.ts";
import type { ArchivedPackage } from "../pm/materialize/closure.ts";
import type { ArchivedManifest } from "../pm/registry/archived-manifest.ts";
import { metadataFeatures, metadataRequirements } from "../pm/registry/metadata-requirements.ts";
import type { Release } from "../pm/registry/package-registry.ts";

/** What a lock says of a published version's wishes: its requirements are of its own registry, whose name is left out. */
export const wishLines = ({
  requirements,
  features,
}: Pick<Release, "requirements" | "features">): Pick<ChosenPackage, "requires" | "featureTable"> => ({
  requires: requirements.map((requirement) => formatRequiresLine(withinRegistry(requirement))).sort(),
  featureTable: formatFeatureTable(features),
});

function withinRegistry(requirement: Release["requirements"][number]) {
  const { source } = requirement;
  return source.kind === "registry" ? { ...requirement, source: { ...source, registry: "default" } } : requirement;
}

/**
 * Holds what an archive's own Vox.toml asks against what the lock says that it asks (contracts, §5).
 * The returned function throws ARCHIVE_METADATA_MISMATCH.
 */
export function manifestProof(lock: Lockfile): (entry: ArchivedPackage, manifest: ArchivedManifest) => void {
  const locked = new Map(lock.packages.map((entry) => [packageNameKey(entry.name), entry]));
  return (entry, manifest) => {
    const expected = locked.get(packageNameKey(entry.name));
    if (expected?.source.kind !== "registry") return;
    const metadata = manifest.metadata();
    const own = wishLines({ requirements: metadataRequirements(metadata, "default"), features: metadataFeatures(metadata) });
    if (textOf(own) === textOf(expected)) return;
    throw new VoxError(
      "ARCHIVE_METADATA_MISMATCH",
      `\`${entry.name}@${entry.version}\` asks for something else than vox.lock says`,
      {
        place: { file: "vox.lock" },
        hint: "remove its entry from vox.lock and run `vox lock`",
      },
    );
  };
}

const textOf = ({ requires, featureTable }: Pick<ChosenPackage, "requires" | "featureTable">): string =>
  JSON.stringify([requires, featureTable]);
