import { readVoxToml, type VoxToml } from "../../contracts/vox-toml.ts";
import { parseDurationMs } from "../../core/duration.ts";
import { packageNameKey, parsePackageName } from "../../core/package-name.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { type InheritedTables, inheritDependency, inheritPackage } from "./inherit.ts";
import { legacyWarnings } from "./legacy-fields.ts";
import type { BinTarget, Manifest, PackageSection, PatchEntry } from "./manifest.ts";
import { faultError, manifestError, type ManifestSource, parseAt } from "./manifest-fault.ts";
import type { ManifestWarning } from "./manifest-warning.ts";
import { parseFeatures } from "./parse-features.ts";
import { type ParsedRequirement, parseRequirement, parseSource } from "./parse-requirement.ts";
import { parseToml } from "./parse-toml.ts";
import { normaliseRange, type Requirement } from "./requirement.ts";

export interface ParseManifestOptions {
  /** The name of the file for errors, as the user would write it. */
  readonly file: string;
  /** What `{ workspace = true }` stands for; a root's own tables are used without being given. */
  readonly workspace?: InheritedTables;
}

export interface ParsedManifest {
  readonly manifest: Manifest;
  readonly warnings: readonly ManifestWarning[];
  /** What members of this root inherit, with `folder` `.`; absent without [workspace]. */
  readonly inheritable?: InheritedTables;
}

/**
 * The desired state that the text of a Vox.toml says (contracts, §2).
 * @throws {VoxError} MANIFEST_INVALID, VERSION_INVALID; with the line of the fault
 */
export function parseManifest(text: string, options: ParseManifestOptions): ParsedManifest {
  const source: ManifestSource = { file: options.file, text };
  const document = readDocument(source);
  const inheritable = inheritableTables(document, options.file);
  const inherited = inheritable ?? options.workspace;
  const section = document.package && packageSection(source, document.package, inherited);
  const parsed = parseRequirements(source, document, inherited);
  const requirements = parsed.map(({ requirement }) => requirement);
  refuseClashes(source, document, section);
  const manifest: Manifest = {
    ...(section ? { package: section } : {}),
    requirements,
    publishedRanges: publishedRanges(parsed),
    features: parseFeatures(source, document.features ?? {}, requirements),
    bins: parseBins(source, document),
    ...(document.workspace
      ? { workspace: { members: document.workspace.members ?? [], exclude: document.workspace.exclude ?? [] } }
      : {}),
    registries: parseRegistries(document),
    patches: parsePatches(source, document),
    resolver: { minReleaseAgeMs: parseDurationMs(document.resolver?.["min-release-age"] ?? "0s") ?? 0 },
    ...(document.deploy ? { deploy: document.deploy } : {}),
  };
  return { manifest, warnings: legacyWarnings(source, document.deploy), ...(inheritable ? { inheritable } : {}) };
}

/**
 * `[workspace]` of a manifest that may itself inherit from another.
 * @throws {VoxError} MANIFEST_INVALID
 */
export const parseWorkspaceTable = (text: string, file: string): VoxToml["workspace"] => readDocument({ file, text }).workspace;

function readDocument(source: ManifestSource): VoxToml {
  const reading = readVoxToml(parseToml(source));
  if (reading.kind === "invalid") throw faultError(source, reading.faults);
  const { document } = reading;
  if (document.package || document.workspace) return document;
  const empty = source.text.trim() === "";
  throw new VoxError(
    "MANIFEST_INVALID",
    empty ? "the manifest is empty" : "the manifest has neither `[package]` nor `[workspace]`",
    {
      place: { file: source.file },
      hint: 'add `[package]` with `name = "…"`',
    },
  );
}

const inheritableTables = ({ workspace }: VoxToml, file: string): InheritedTables | undefined =>
  workspace && { file, folder: ".", package: workspace.package ?? {}, dependencies: workspace.dependencies ?? {} };

function packageSection(
  source: ManifestSource,
  raw: NonNullable<VoxToml["package"]>,
  inherited: InheritedTables | undefined,
): PackageSection {
  const own = inheritPackage(source, raw, inherited);
  const { description, license, repository, homepage, documentation } = own;
  return {
    name: parsePackageName(own.name),
    version: own.version ?? "0.1.0",
    kind: own.kind ?? "library",
    ...(description ? { description } : {}),
    ...(license ? { license } : {}),
    authors: own.authors ?? [],
    ...(repository ? { repository } : {}),
    ...(homepage ? { homepage } : {}),
    ...(documentation ? { documentation } : {}),
    keywords: own.keywords ?? [],
    include: own.include ?? [],
    exclude: own.exclude ?? [],
    build: own.build ?? [],
    platforms: [...new Set(own.platforms ?? [])].sort(),
  };
}

const SCOPE_TABLES = [
  ["dependencies", "normal"],
  ["dev-dependencies", "dev"],
  ["skills", "skill"],
] as const satisfies readonly (readonly [keyof VoxToml, Requirement["scope"]])[];

function parseRequirements(
  source: ManifestSource,
  document: VoxToml,
  inherited: InheritedTables | undefined,
): ParsedRequirement[] {
  return SCOPE_TABLES.flatMap(([table, scope]) => {
    const entries = Object.entries(document[table] ?? {});
    refuseSameName(
      source,
      table,
      entries.map(([name]) => name),
    );
    const parsed = entries.map(([name, entry]) =>
      parseRequirement(source, [table], scope, name, inheritDependency(source, [table, name], entry, inherited)),
    );
    return sortedByUtf8(parsed, ({ requirement }) => requirement.name);
  });
}

function refuseSameName(source: ManifestSource, table: string, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(packageNameKey(name));
    if (other !== undefined)
      throw manifestError(
        source,
        [table, name],
        `is the same name as \`${other}\`: \`-\` and \`_\` are one letter`,
        "remove one of the two",
      );
    seen.set(packageNameKey(name), name);
  }
}

/** A package depends neither on itself nor on one name as dependency and skill at once. */
function refuseClashes(source: ManifestSource, document: VoxToml, section: PackageSection | undefined): void {
  const skills = new Set(Object.keys(document.skills ?? {}).map(packageNameKey));
  const twice = Object.keys(document.dependencies ?? {}).find((name) => skills.has(packageNameKey(name)));
  if (twice !== undefined)
    throw manifestError(source, ["dependencies", twice], "is in `[skills]` too", "remove one of the two");
  for (const [table] of SCOPE_TABLES) {
    const own = Object.keys(document[table] ?? {}).find(
      (name) => section && packageNameKey(name) === packageNameKey(section.name),
    );
    if (own !== undefined) throw manifestError(source, [table, own], "is the package itself", "remove it");
  }
}

const publishedRanges = (parsed: readonly ParsedRequirement[]): Record<string, string> =>
  Object.fromEntries(
    parsed.flatMap(({ requirement, publishedRange }) =>
      publishedRange === undefined || requirement.scope === "dev" ? [] : [[requirement.name, publishedRange]],
    ),
  );

function parseBins(source: ManifestSource, { bin = [] }: VoxToml): BinTarget[] {
  const again = bin.findIndex(({ name }, index) => bin.findIndex((other) => other.name === name) < index);
  if (again >= 0)
    throw manifestError(source, ["bin", again, "name"], `\`${bin[again]?.name ?? ""}\` is taken`, "choose another name");
  return bin.map(({ name, path }) => ({ name, path: path.replace(/^\.\//, "") }));
}

const parseRegistries = ({ registries = {} }: VoxToml): Manifest["registries"] =>
  sortedByUtf8(Object.entries(registries), ([name]) => name).map(([name, { index, signers }]) => ({
    name,
    index,
    signers: signers ?? [],
  }));

function parsePatches(source: ManifestSource, { patch = {} }: VoxToml): PatchEntry[] {
  refuseSameName(source, "patch", Object.keys(patch));
  return sortedByUtf8(Object.entries(patch), ([name]) => name).map(([name, entry]) => {
    const path = ["patch", name];
    const asked = typeof entry === "string" ? { version: entry } : entry;
    if (asked.path !== undefined && asked.version !== undefined)
      throw manifestError(source, path, "cannot have both `path` and `version`", "remove one of the two");
    const range = asked.version === undefined ? undefined : parseAt(source, path, () => normaliseRange(asked.version ?? ""));
    const packageName = parsePackageName(name);
    const replacement = parseSource(source, path, asked, range);
    return {
      name: packageName,
      requirement: {
        name: packageName,
        scope: "normal",
        source: replacement,
        features: [],
        defaultFeatures: true,
        optional: false,
      },
    };
  });
}
