import type { MetadataDependency, PackageMetadata } from "../../contracts/package-metadata.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { type FeatureTable, normaliseRange, type Requirement } from "../manifest/requirement.ts";

/**
 * What a published package asks, as requirements on its own registry, by scope and name.
 * @throws {VoxError} VERSION_INVALID
 */
export const metadataRequirements = (metadata: PackageMetadata, registry: string): readonly Requirement[] => [
  ...requirementsOf("normal", metadata.dependencies, registry),
  ...requirementsOf("skill", metadata.skills, registry),
];

/** A published package's features, names and items sorted. */
export const metadataFeatures = (metadata: PackageMetadata): FeatureTable =>
  Object.fromEntries(
    sortedByUtf8(Object.entries(metadata.features), ([name]) => name).map(([name, items]) => [
      name,
      sortedByUtf8(items, (item) => item),
    ]),
  );

const requirementsOf = (scope: "normal" | "skill", lines: readonly MetadataDependency[], registry: string): Requirement[] =>
  sortedByUtf8(lines, (line) => line.name).map((line) => ({
    name: line.name,
    scope,
    source: { kind: "registry", registry, range: normaliseRange(line.requirement) },
    features: sortedByUtf8(line.features, (feature) => feature),
    defaultFeatures: line.defaultFeatures,
    optional: line.optional,
  }));
