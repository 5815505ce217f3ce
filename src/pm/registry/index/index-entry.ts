import type { IndexEntry } from "../../../contracts/index-entry.ts";
import type { PackageMetadata } from "../../../contracts/package-metadata.ts";
import { sortedByUtf8 } from "../../../core/text-order.ts";
import type { LockedArchive, LockedArchives } from "../../lockfile/lockfile.ts";
import { metadataFeatures, metadataRequirements } from "../metadata-requirements.ts";
import type { Release } from "../package-registry.ts";

/** An index is read whole by who searches: it holds what a list shows of a package, and no essay. */
const MAX_DESCRIPTION_LENGTH = 300;

/** What the index says of a release that was read from its registry. */
export function indexEntryOf(release: Release, yanked: boolean): IndexEntry {
  const { metadata, root, archives, created, facts: { description } = {} } = release;
  return {
    ...metadata,
    yanked,
    manifest: { mediaType: root.mediaType, digest: root.digest, size: root.size },
    archives: archives.kind === "neutral" ? [plainArchive(archives.archive)] : archives.archives.map(platformArchive),
    ...(created !== undefined && { created }),
    ...(description !== undefined && { description: description.slice(0, MAX_DESCRIPTION_LENGTH) }),
  };
}

/**
 * The release that an entry claims; `undefined` when its archives contradict its platforms.
 * @throws {VoxError} VERSION_INVALID
 */
export function releaseOfEntry(entry: IndexEntry, registry: string): Release | undefined {
  const { yanked: _y, description: _d, created, manifest, archives: listed, ...metadata } = entry;
  const archives = archivesOf(listed, metadata);
  if (!archives) return undefined;
  return {
    name: entry.name,
    version: entry.version,
    kind: entry.kind,
    root: manifest,
    archives,
    requirements: metadataRequirements(metadata, registry),
    features: metadataFeatures(metadata),
    metadata,
    ...(created !== undefined && { created }),
  };
}

function archivesOf(listed: IndexEntry["archives"], { platforms }: PackageMetadata): LockedArchives | undefined {
  const [first, ...others] = listed;
  if (platforms.length === 0) {
    if (!first || others.length > 0 || first.platform !== undefined) return undefined;
    return { kind: "neutral", archive: plainArchive(first) };
  }
  const archives = sortedByUtf8(listed, ({ platform }) => platform ?? "").flatMap(({ platform, ...archive }) =>
    platform === undefined ? [] : [{ ...plainArchive(archive), platform }],
  );
  const named = archives.map(({ platform }) => platform).join(" ");
  return named === platforms.toSorted().join(" ") ? { kind: "by-platform", archives } : undefined;
}

const plainArchive = ({ manifest, digest, diffId, mediaType, size }: LockedArchive): LockedArchive => ({
  manifest,
  digest,
  diffId,
  mediaType,
  size,
});

const platformArchive = (archive: LockedArchive & Pick<IndexEntry["archives"][number], "platform">) => ({
  ...plainArchive(archive),
  platform: archive.platform,
});
