import { VoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import { addTransfers, copyGraph, type CopyOptions, NOTHING_TRANSFERRED, type TransferSummary } from "../oci/copy.ts";
import { copyReferrers, subjectsOf } from "../oci/copy-referrers.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { unionReader } from "../oci/union-reader.ts";
import { fetchBlob } from "../pm/fetch/fetch-blobs.ts";
import type { FetchItem } from "../pm/fetch/fetch-plan.ts";
import { proveSameMetadata } from "../pm/registry/archived-manifest.ts";
import { PackageRegistry, type Release } from "../pm/registry/package-registry.ts";
import { isSameRelease, tagVersion, versionTag, yankTag } from "../pm/registry/version-tag.ts";
import type { MirrorItem } from "./mirror-selection.ts";
import type { CachePorts, RunPorts } from "./ports.ts";
import { readProvedArchive } from "./prove-archive.ts";
import { differsFrom } from "./registry-releases.ts";

export interface MirrorEnds {
  readonly source: Repository;
  /** Open for writing. */
  readonly target: Repository;
  /** Repositories of the target's host that may hold the blobs. */
  readonly mountFrom: readonly string[];
}

export interface MirroredVersion {
  /** What its tag names. */
  readonly root: Descriptor;
  /** False when the target had it. */
  readonly copied: boolean;
  /** What is attached to it, and to that. */
  readonly referrers: number;
  /** Whether its mark says that it is yanked. */
  readonly yanked: boolean;
  readonly transfer: TransferSummary;
}

type MirrorVersionPorts = Pick<CachePorts, "cache"> & RunPorts;

/**
 * Copies one version, with its referrers and its yank mark, digests unchanged; the tag comes last, when all else is there and proved.
 * @throws {VoxError} CONTENT_MISSING, REGISTRY_CONTENT_CHANGED, VERSION_EXISTS, ARCHIVE_INVALID, ARCHIVE_METADATA_MISMATCH, PUBLISH_RACE
 */
export async function mirrorVersion(item: MirrorItem, ends: MirrorEnds, ports: MirrorVersionPorts): Promise<MirroredVersion> {
  const { source, target } = ends;
  const { signal } = ports;
  const registry = new PackageRegistry({ name: item.registry, repositoryFor: () => source });
  const release = await lockedRelease(registry, item, signal);
  const { root } = release;
  const copied = await isMissing(target, item, root, signal);
  if (copied) await proveRelease(release, item, source, ports);
  const options = copyOptions(ends, ports);
  const reader = unionReader([ports.cache, source]);
  const content = copied ? await copyGraph(reader, target, root, options) : NOTHING_TRANSFERRED;
  const subjects = await subjectsOf(reader, root, { signal });
  const attached = await copyReferrers(source, target, subjects, options);
  const mark = await copyYankMark(item, ends, options);
  if (copied) await tagAtLast(target, item, root, signal);
  const { yanked } = await registry.yankState(item.name, item.version, { signal });
  const transfer = [attached.transfer, mark].reduce(addTransfers, content);
  return { root, copied, referrers: attached.count, yanked, transfer };
}

async function lockedRelease(registry: PackageRegistry, item: MirrorItem, signal: AbortSignal): Promise<Release> {
  const { name, version, locked } = item;
  const release = await registry.release(name, version, { signal });
  if (!release) throw new VoxError("CONTENT_MISSING", `registry \`${item.registry}\` has no \`${name}@${version}\``);
  if (locked && differsFrom(release.archives, locked)) {
    throw new VoxError(
      "REGISTRY_CONTENT_CHANGED",
      `registry \`${item.registry}\` holds other content under \`${name}@${version}\` than the lock`,
      { place: { file: "vox.lock" }, hint: `ask the publisher of \`${name}\` what happened` },
    );
  }
  return release;
}

/** A version never changes, in a mirror either. */
async function isMissing(target: Repository, item: MirrorItem, root: Descriptor, signal: AbortSignal): Promise<boolean> {
  const { name, version } = item;
  const there = await target.resolve(versionTag(version), { signal });
  if (there?.digest === root.digest) return false;
  if (there) {
    const message = `the destination holds \`${there.digest}\` as \`${name}@${version}\`, and the source \`${root.digest}\``;
    throw new VoxError("REGISTRY_CONTENT_CHANGED", message, {
      hint: "find out which of the two is the package; a mirror replaces none",
    });
  }
  const others = (await target.tags({ signal })).map(tagVersion);
  const same = others.find((other) => other !== undefined && isSameRelease(other, version));
  if (same === undefined) return true;
  // Another mirror was a moment faster: what it tagged is looked at.
  if (same === version) return isMissing(target, item, root, signal);
  throw new VoxError("VERSION_EXISTS", `the destination has \`${name}@${same}\`, which \`${version}\` cannot stand beside`);
}

/** Brings the archives into the cache and reads them by the strict rules: what fails that is not passed on. */
async function proveRelease(release: Release, item: MirrorItem, source: Repository, ports: MirrorVersionPorts): Promise<void> {
  const { archives, metadata } = release;
  const prove = async (fetched: FetchItem): Promise<void> =>
    proveSameMetadata(metadata, (await readProvedArchive(ports.cache, fetched)).manifest.metadata());
  const common = { name: item.name, version: item.version, registry: item.registry };
  const items: readonly FetchItem[] =
    archives.kind === "neutral"
      ? [{ ...common, archive: archives.archive }]
      : archives.archives.map((archive) => ({ ...common, platform: archive.platform, archive }));
  for (const fetched of items) {
    if (await ports.cache.exists(fetched.archive)) await prove(fetched);
    else
      await fetchBlob(fetched, {
        cache: ports.cache,
        repositoryFor: () => source,
        prove,
        signal: ports.signal,
        onEvent: ports.onEvent,
      });
  }
}

function copyOptions({ mountFrom }: MirrorEnds, { signal, onEvent }: RunPorts): CopyOptions {
  return { signal, onEvent, ...(mountFrom.length > 0 && { mountFrom: () => mountFrom }) };
}

/** Marks are set and undone by overwriting a tag, so the source's is taken over; where it has none, the destination keeps its own. */
async function copyYankMark(
  { version }: MirrorItem,
  { source, target }: MirrorEnds,
  options: CopyOptions,
): Promise<TransferSummary> {
  const asking = options.signal ? { signal: options.signal } : {};
  const tag = yankTag(version);
  const mark = await source.resolve(tag, asking);
  if (!mark || (await target.resolve(tag, asking))?.digest === mark.digest) return NOTHING_TRANSFERRED;
  const transfer = await copyGraph(source, target, mark, options);
  await target.tag(mark, tag, asking);
  return transfer;
}

async function tagAtLast(
  target: Repository,
  { name, version }: MirrorItem,
  root: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  const tag = versionTag(version);
  await target.tag(root, tag, { signal });
  if ((await target.resolve(tag, { signal }))?.digest === root.digest) return;
  throw new VoxError("PUBLISH_RACE", `\`${name}@${version}\` was published at the destination at the same moment`, {
    hint: "run the command again",
  });
}
