import { tomlString } from "../manifest/write-toml.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type {
  LockedArchive,
  LockedPackage,
  LockedPatch,
  LockedProject,
  LockedRegistry,
  LockedSource,
  Lockfile,
} from "./lockfile.ts";

const HEADER = "# vox.lock: written by `vox lock`. Commit it; do not edit it.";

/** The bytes of vox.lock, a function of its meaning: sorted, one fact a line, LF, a newline at the end (contracts, §3). */
export function renderLock(lock: Lockfile): string {
  const tables = [
    ...sortedByUtf8(lock.projects, (project) => project.name).map(renderProject),
    ...sortedByUtf8(lock.registries, (registry) => registry.name).map(renderRegistry),
    ...sortedByUtf8(lock.packages, (locked) => locked.name).map(renderPackage),
    ...sortedByUtf8(lock.patches, (patch) => patch.name).map(renderPatch),
    ...sortedByUtf8(lock.baseImages, (image) => image.reference).map(renderBaseImage),
  ];
  const head = [HEADER, `version = ${lock.version}`, `revision = ${lock.revision}`];
  return `${[head, ...tables].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** `registry+default`, `git+<url>#<commit>` or `path+<dir>`. */
export function formatSource(source: LockedSource): string {
  switch (source.kind) {
    case "registry":
      return `registry+${source.registry}`;
    case "git":
      return `git+${source.url}#${source.commit}`;
    case "path":
      return `path+${source.path}`;
  }
}

const renderProject = (project: LockedProject): string[] => [
  "[[project]]",
  `name = ${tomlString(project.name)}`,
  `path = ${tomlString(project.path)}`,
  ...tomlList("requires", project.requires),
  ...(project.featureTable.length > 0 ? tomlList("feature-table", project.featureTable) : []),
];

const renderRegistry = (registry: LockedRegistry): string[] => [
  "[[registry]]",
  `name = ${tomlString(registry.name)}`,
  `index = ${tomlString(registry.index)}`,
];

function renderPackage(locked: LockedPackage): string[] {
  return [
    "[[package]]",
    `name = ${tomlString(locked.name)}`,
    ...(locked.version === undefined ? [] : [`version = ${tomlString(locked.version)}`]),
    `source = ${tomlString(formatSource(locked.source))}`,
    ...renderContent(locked.source),
    ...tomlList("features", locked.features),
    ...tomlList("requires", locked.requires),
    ...tomlList("feature-table", locked.featureTable),
    ...tomlList("dependencies", locked.dependencies),
    ...(locked.devDependencies.length > 0 ? tomlList("dev-dependencies", locked.devDependencies) : []),
    ...renderPlatforms(locked.source),
  ];
}

function renderContent(source: LockedSource): string[] {
  if (source.kind === "git") return [`diff-id = ${tomlString(source.diffId)}`];
  if (source.kind === "registry" && source.archives.kind === "neutral") return renderArchive(source.archives.archive);
  return [];
}

function renderPlatforms(source: LockedSource): string[] {
  if (source.kind !== "registry" || source.archives.kind === "neutral") return [];
  return sortedByUtf8(source.archives.archives, (archive) => archive.platform).flatMap((archive) => [
    "[[package.platform]]",
    `platform = ${tomlString(archive.platform)}`,
    ...renderArchive(archive),
  ]);
}

const renderArchive = (archive: LockedArchive): string[] => [
  `manifest = ${tomlString(archive.manifest)}`,
  `digest = ${tomlString(archive.digest)}`,
  `diff-id = ${tomlString(archive.diffId)}`,
  `media-type = ${tomlString(archive.mediaType)}`,
  `size = ${archive.size}`,
];

const renderPatch = (patch: LockedPatch): string[] => [
  "[[patch]]",
  `name = ${tomlString(patch.name)}`,
  `replacement = ${tomlString(patch.replacement)}`,
];

const renderBaseImage = (image: LockedBaseImage): string[] => [
  "[[base-image]]",
  `reference = ${tomlString(image.reference)}`,
  `digest = ${tomlString(image.digest)}`,
  ...sortedByUtf8(image.platforms, (entry) => entry.platform).flatMap((entry) => [
    "[[base-image.platform]]",
    `platform = ${tomlString(entry.platform)}`,
    `digest = ${tomlString(entry.digest)}`,
  ]),
];

/** More than one item goes on lines of their own, so that merges conflict only where people did. */
function tomlList(key: string, items: readonly string[]): string[] {
  if (items.length < 2) return [`${key} = [${items.map(tomlString).join("")}]`];
  return [`${key} = [`, ...items.map((item) => `  ${tomlString(item)},`), "]"];
}
