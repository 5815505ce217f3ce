import { posix } from "node:path";
import type { RawPackage, RawWorkspace, WorkspaceTrue } from "../../contracts/vox-toml.ts";
import type { DependencyTable, RawDependency } from "../../contracts/vox-toml-dependencies.ts";
import { nearestWord } from "../../core/nearest-word.ts";
import { packageNameKey } from "../../core/package-name.ts";
import { type ManifestSource, manifestError } from "./manifest-fault.ts";
import { relativeFolder } from "./relative-folder.ts";

/** What the members of a workspace may take over with `{ workspace = true }` (contracts, §2). */
export interface InheritedTables {
  /** The root's Vox.toml, for errors. */
  readonly file: string;
  /** The inheriting manifest's folder, relative to the root's: paths of the root's dependencies are written anew for it. */
  readonly folder: string;
  readonly package: NonNullable<RawWorkspace["package"]>;
  readonly dependencies: NonNullable<RawWorkspace["dependencies"]>;
}

/** A package section with nothing left to inherit. */
export type OwnPackage = { readonly [K in keyof RawPackage]: Exclude<RawPackage[K], WorkspaceTrue> };

/** @throws {VoxError} MANIFEST_INVALID when the workspace does not have the field, or there is no workspace */
export function inheritPackage(source: ManifestSource, raw: RawPackage, inherited: InheritedTables | undefined): OwnPackage {
  const take = <T>(
    key: keyof InheritedTables["package"],
    own: T | WorkspaceTrue | undefined,
    shared: T | undefined,
  ): T | undefined => {
    if (!isInherited(own)) return own;
    const { file } = fromWorkspace(source, ["package", key], inherited);
    if (shared === undefined) throw absent(source, ["package", key], `[workspace.package] of \`${file}\` has no \`${key}\``);
    return shared;
  };
  const shared = inherited?.package ?? {};
  return {
    name: raw.name,
    kind: raw.kind,
    version: take("version", raw.version, shared.version),
    description: take("description", raw.description, shared.description),
    license: take("license", raw.license, shared.license),
    authors: take("authors", raw.authors, shared.authors),
    repository: take("repository", raw.repository, shared.repository),
    homepage: take("homepage", raw.homepage, shared.homepage),
    documentation: take("documentation", raw.documentation, shared.documentation),
    keywords: take("keywords", raw.keywords, shared.keywords),
    include: take("include", raw.include, shared.include),
    exclude: take("exclude", raw.exclude, shared.exclude),
    build: take("build", raw.build, shared.build),
    platforms: take("platforms", raw.platforms, shared.platforms),
  };
}

/**
 * A dependency with nothing left to inherit: the member may add features, make it optional, and turn default features on.
 * @throws {VoxError} MANIFEST_INVALID
 */
export function inheritDependency(
  source: ManifestSource,
  path: readonly string[],
  entry: RawDependency,
  inherited: InheritedTables | undefined,
): RawDependency {
  if (typeof entry === "string" || entry.workspace === undefined) return entry;
  const stray = SOURCE_KEYS.find((key) => entry[key] !== undefined);
  if (stray)
    throw manifestError(
      source,
      path,
      `cannot have both \`workspace\` and \`${stray}\``,
      `remove \`${stray}\`, or \`workspace = true\``,
    );
  const { dependencies, folder, file } = fromWorkspace(source, path, inherited);
  const name = path.at(-1) ?? "";
  const key = Object.keys(dependencies).find((candidate) => packageNameKey(candidate) === packageNameKey(name));
  const base = key === undefined ? undefined : dependencies[key];
  if (base === undefined)
    throw absent(
      source,
      path,
      `[workspace.dependencies] of \`${file}\` has no \`${name}\``,
      nearestWord(name, Object.keys(dependencies)),
    );
  return joined(source, path, entry, rebased(typeof base === "string" ? { version: base } : base, folder));
}

const SOURCE_KEYS = ["version", "path", "git", "branch", "tag", "rev", "registry"] as const;

function joined(
  source: ManifestSource,
  path: readonly string[],
  entry: DependencyTable,
  base: DependencyTable,
): DependencyTable {
  const own = entry["default-features"];
  if (own === false && base["default-features"] !== false) {
    throw manifestError(
      source,
      [...path, "default-features"],
      "cannot turn off what the workspace has on",
      "set `default-features = false` in [workspace.dependencies]",
    );
  }
  const defaultFeatures = own ?? base["default-features"];
  return {
    ...base,
    features: [...(base.features ?? []), ...(entry.features ?? [])],
    ...(defaultFeatures === undefined ? {} : { "default-features": defaultFeatures }),
    ...(entry.optional === undefined ? {} : { optional: entry.optional }),
  };
}

/** Makes the root's relative path relative to the member. */
const rebased = (base: DependencyTable, folder: string): DependencyTable =>
  base.path === undefined || posix.isAbsolute(base.path) ? base : { ...base, path: relativeFolder(folder, base.path) };

function fromWorkspace(
  source: ManifestSource,
  path: readonly string[],
  inherited: InheritedTables | undefined,
): InheritedTables {
  if (inherited) return inherited;
  throw manifestError(
    source,
    path,
    "inherits from a workspace, and there is none above this folder that has it as a member",
    "add the folder to `members` of the workspace",
  );
}

const absent = (source: ManifestSource, path: readonly string[], what: string, meant?: string): Error =>
  manifestError(
    source,
    path,
    `cannot be inherited: ${what}`,
    meant === undefined ? "add it there" : `did you mean \`${meant}\`?`,
  );

const isInherited = (value: unknown): value is WorkspaceTrue =>
  typeof value === "object" && value !== null && "workspace" in value;
