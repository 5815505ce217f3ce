import { packageNameKey, type PackageName } from "../../core/package-name.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { PackageManifest, PackageSection } from "./manifest.ts";
import { parseFeatureItem } from "./parse-features.ts";
import type { FeatureTable, Requirement, RequirementSource } from "./requirement.ts";
import { renderToml, type TomlSection, type TomlValue } from "./write-toml.ts";

export interface NormaliseOptions {
  /** The version of the package that a path dependency points at, which is written when no version stands beside the path. */
  readonly versionOf: (name: PackageName) => string | undefined;
  /** The registry that is published to: its name is left out, since the archive's dependencies are always of its own registry. */
  readonly registry?: string;
}

/**
 * The Vox.toml of a package's archive: inheritance resolved, path dependencies by version, and nothing that only matters where
 * the package is made; other tools' tables are left out too (contracts, §4).
 * @throws {VoxError} WORKSPACE_INVALID when a path dependency has no version at all
 */
export function normalisedManifestText(manifest: PackageManifest, options: NormaliseOptions): string {
  const entries = (scope: Requirement["scope"]): Record<string, TomlValue> =>
    Object.fromEntries(
      manifest.requirements
        .filter((requirement) => requirement.scope === scope)
        .map((requirement) => [requirement.name, entryOf(requirement, manifest, options)]),
    );
  return renderToml([
    { name: "package", kind: "table", values: packageValues(manifest.package) },
    ...manifest.bins.map(({ name, path }): TomlSection => ({ name: "bin", kind: "array-table", values: { name, path } })),
    ...table("dependencies", entries("normal")),
    ...table("features", featuresWithoutDev(manifest)),
    ...table("skills", entries("skill")),
  ]);
}

const table = (name: string, values: Readonly<Record<string, TomlValue>>): TomlSection[] =>
  Object.keys(values).length === 0 ? [] : [{ name, kind: "table", values }];

/** What differs from the defaults. */
function packageValues(section: PackageSection): Record<string, TomlValue> {
  const { name, version, kind, description, license, authors, repository, homepage, documentation, keywords, platforms } =
    section;
  return {
    name,
    version,
    ...(kind === "library" ? {} : { kind }),
    ...(description === undefined ? {} : { description }),
    ...(license === undefined ? {} : { license }),
    ...(authors.length === 0 ? {} : { authors }),
    ...(repository === undefined ? {} : { repository }),
    ...(homepage === undefined ? {} : { homepage }),
    ...(documentation === undefined ? {} : { documentation }),
    ...(keywords.length === 0 ? {} : { keywords }),
    ...(platforms.length === 0 ? {} : { platforms }),
  };
}

/** A bare range when nothing else is asked, else a table. */
function entryOf(requirement: Requirement, manifest: PackageManifest, options: NormaliseOptions): TomlValue {
  const { features, defaultFeatures, optional } = requirement;
  const source = sourceValues(requirement, manifest, options);
  const choices = {
    ...(features.length === 0 ? {} : { features }),
    ...(defaultFeatures ? {} : { "default-features": false }),
    ...(optional ? { optional } : {}),
  };
  const { version } = source;
  const isBare = version !== undefined && Object.keys(source).length === 1 && Object.keys(choices).length === 0;
  return isBare ? version : { ...source, ...choices };
}

function sourceValues(
  { name, source }: Requirement,
  manifest: PackageManifest,
  options: NormaliseOptions,
): Record<string, string> {
  switch (source.kind) {
    case "registry":
      return {
        version: source.range,
        ...(source.registry === (options.registry ?? "default") ? {} : { registry: source.registry }),
      };
    case "path":
      return { version: publishedRange(name, manifest, options) };
    case "git":
      return gitValues(source);
  }
}

function publishedRange(
  name: PackageName,
  { publishedRanges, package: own }: PackageManifest,
  { versionOf }: NormaliseOptions,
): string {
  if (Object.hasOwn(publishedRanges, name)) return publishedRanges[name] ?? "*";
  const version = versionOf(name);
  if (version !== undefined) return `^${version.replace(/\+.*$/, "")}`;
  throw new VoxError("WORKSPACE_INVALID", `\`${own.name}\` depends on \`${name}\` by a path that leads to no package`, {
    hint: "run `vox lock`",
  });
}

const gitValues = ({ url, ref }: Extract<RequirementSource, { kind: "git" }>): Record<string, string> =>
  ref.kind === "default" ? { git: url } : { git: url, [ref.kind]: ref.name };

/** Features of dev-dependencies go with them, as in cargo. */
function featuresWithoutDev({ features, requirements }: PackageManifest): FeatureTable {
  const kept = new Set(requirements.filter(({ scope }) => scope !== "dev").map(({ name }) => packageNameKey(name)));
  const isKept = (text: string): boolean => {
    const item = parseFeatureItem(text);
    return item?.kind !== "feature-of" || kept.has(packageNameKey(item.name));
  };
  return Object.fromEntries(Object.entries(features).map(([name, items]) => [name, items.filter(isKept)]));
}
