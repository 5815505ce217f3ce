import type { MetadataDependency, PackageMetadata } from "../../contracts/package-metadata.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { PackageManifest } from "./manifest.ts";
import type { Requirement } from "./requirement.ts";

/**
 * The metadata that a registry holds of a package: a function of the Vox.toml in its archive (contracts, §5).
 * @throws {VoxError} PUBLISH_REFUSED when that manifest depends on something that no registry holds
 */
export function packageMetadata(manifest: PackageManifest): PackageMetadata {
  const { name, version, kind, platforms } = manifest.package;
  return {
    schemaVersion: 1,
    name,
    version,
    kind,
    platforms,
    dependencies: dependenciesOf(manifest, "normal"),
    skills: dependenciesOf(manifest, "skill"),
    features: manifest.features,
  };
}

const dependenciesOf = (manifest: PackageManifest, scope: Requirement["scope"]): MetadataDependency[] =>
  sortedByUtf8(
    manifest.requirements
      .filter((requirement) => requirement.scope === scope)
      .map((requirement) => dependencyOf(manifest, requirement)),
    ({ name }) => name,
  );

function dependencyOf(
  manifest: PackageManifest,
  { name, source, optional, features, defaultFeatures }: Requirement,
): MetadataDependency {
  if (source.kind === "registry" && source.registry === "default")
    return { name, requirement: source.range, optional, features, defaultFeatures };
  throw new VoxError(
    "PUBLISH_REFUSED",
    `the archive of \`${manifest.package.name}\` asks for \`${name}\` from outside its registry`,
    {
      hint: `publish \`${name}\` to the same registry and depend on its version`,
    },
  );
}
