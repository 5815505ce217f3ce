import { resolve } from "node:path";
import { formatBase, parseStoredBase } from "../container/base-image/base-reference.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { type Digest, digestOf } from "../core/digest.ts";
import { platformParts } from "../core/platform.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader, Repository } from "../oci/content-store.ts";
import { copyGraph, type TransferSummary } from "../oci/copy.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../oci/media-types.ts";
import { MemoryStore } from "../oci/memory-store.ts";
import { descriptorOf } from "../oci/parse-descriptor.ts";
import { mediaTypeOfManifest } from "../oci/parse-manifest.ts";
import { unionReader } from "../oci/union-reader.ts";
import type { FetchItem } from "../pm/fetch/fetch-plan.ts";
import { fetchPlan } from "../pm/fetch/fetch-plan.ts";
import type { LockedPackage, Lockfile } from "../pm/lockfile/lockfile.ts";
import { descriptorJson, ociDocument } from "../pm/registry/package-artifact.ts";
import type { ArchiveBlob } from "../project/materialized-project.ts";
import { openBase } from "./lock-base-images.ts";
import type { LockHold } from "./lock-hold.ts";
import { gitPackageKey } from "./locked-git-package.ts";
import type { OpenProject } from "./open-project.ts";
import { lockedGitArchive } from "./pack-git-package.ts";
import type { CachePorts, GitPorts, ImagePorts, RunPorts } from "./ports.ts";
import { VENDORED_GIT_PACKAGE } from "./vendored.ts";

/** An entry of the vendored layout's index, and what copying its content took. */
export interface VendoredPart {
  readonly entry: Descriptor;
  readonly transfer: TransferSummary;
}

type PartPorts = CachePorts & GitPorts & Pick<ImagePorts, "imageRepository" | "imageLayout"> & RunPorts;

const AT_ONCE = 4;

/** The manifests of registry packages, as locked, with all that they name; archives are in the cache. */
export function vendorRegistryPackages(
  project: OpenProject,
  lock: Lockfile,
  layout: Repository,
  hold: LockHold,
  ports: PartPorts,
): Promise<readonly VendoredPart[]> {
  return mapConcurrent(fetchPlan(lock.packages).items, AT_ONCE, async (item): Promise<VendoredPart> => {
    const carried = await project.vendored.layout();
    const registry = hold.offline ? [] : [project.registries.reader(item.registry, item.name)];
    const reader = unionReader([ports.cache, ports.published, ...(carried ? [carried] : []), ...registry]);
    const manifest = await lockedManifest(project, item, hold, ports);
    const transfer = await copyGraph(reader, layout, manifest, { signal: ports.signal });
    return { transfer, entry: { ...manifest, ...platformOf(item.platform), annotations: named(item.name, item.version) } };
  });
}

/** From what is at hand, else from the registry by its digest. */
async function lockedManifest(project: OpenProject, item: FetchItem, hold: LockHold, ports: PartPorts): Promise<Descriptor> {
  const { manifest: digest } = item.archive;
  const bytes = await ports.documents.read(digest);
  if (bytes && digestOf(bytes) === digest) return descriptorOf(bytes, mediaTypeOfManifest(bytes, `the manifest \`${digest}\``));
  const carried = await (await project.vendored.layout())?.resolve(digest);
  if (carried) return carried;
  const what = `the manifest \`${digest}\` of \`${item.name}@${item.version}\``;
  if (hold.offline) throw new VoxError("OFFLINE_UNPROVABLE", `${what} is not in the cache`);
  const found = await project.registries.reader(item.registry, item.name).resolve(digest, { signal: ports.signal });
  if (found) return found;
  throw new VoxError("CONTENT_MISSING", `registry \`${item.registry}\` has no ${what.slice("the ".length)}`);
}

/** Archives of git packages, each in a manifest of its own: what is locked of them is the diff-id. */
export async function vendorGitPackages(
  project: OpenProject,
  lock: Lockfile,
  layout: Repository,
  { offline }: LockHold,
  ports: PartPorts,
): Promise<readonly VendoredPart[]> {
  const parts: VendoredPart[] = [];
  for (const locked of lock.packages) {
    const { name, version = "", source, requires, featureTable } = locked;
    if (source.kind !== "git") continue;
    const wanted = { name, version, source, wishes: { requires, featureTable } };
    const blob = await lockedGitArchive(wanted, { offline, vendored: project.vendored }, ports);
    const image = gitImage(locked, blob);
    const transfer = await copyGraph(unionReader([image.documents, ports.cache]), layout, image.manifest, {
      signal: ports.signal,
    });
    const annotations = { ...named(name, version), [VENDORED_GIT_PACKAGE]: gitPackageKey(wanted) };
    parts.push({ transfer, entry: { ...image.manifest, annotations } });
  }
  return parts;
}

function gitImage({ name, version = "" }: LockedPackage, { mediaType, digest, size, diffId }: ArchiveBlob) {
  const documents = new MemoryStore();
  const config = ociDocument(MEDIA_TYPE.imageConfig, {
    os: "linux",
    architecture: "unknown",
    rootfs: { type: "layers", diff_ids: [diffId] },
  });
  const manifest = ociDocument(MEDIA_TYPE.imageManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    config: descriptorJson(config.descriptor),
    layers: [descriptorJson({ mediaType, digest, size })],
    annotations: named(name, version),
  });
  for (const { bytes, descriptor } of [config, manifest]) documents.add(bytes, descriptor.mediaType);
  return { documents, manifest: manifest.descriptor };
}

/** The platform manifests of base images in registries, as locked; those in layouts are in the project as it is. */
export async function vendorBaseImages(
  project: OpenProject,
  lock: Lockfile,
  layout: Repository,
  hold: LockHold,
  ports: PartPorts,
): Promise<readonly VendoredPart[]> {
  const images = lock.baseImages.flatMap(({ reference, platforms }) => platforms.map((entry) => ({ reference, ...entry })));
  const parts = await mapConcurrent(
    images,
    AT_ONCE,
    async ({ reference, platform, digest }): Promise<readonly VendoredPart[]> => {
      const base = parseStoredBase(reference);
      if (base.kind === "layout") return [];
      const carried = await project.vendored.layout();
      const remote = openBase(base, resolve(project.rootDir), ports);
      const known =
        (await carried?.resolve(digest)) ?? (hold.offline ? undefined : await remote.resolve(digest, { signal: ports.signal }));
      if (!known) throw missingBase(reference, digest, hold);
      const readers: readonly ContentReader[] = [...(carried ? [carried] : []), ...(hold.offline ? [] : [remote])];
      const transfer = await copyGraph(unionReader(readers), layout, known, { signal: ports.signal });
      const annotations = { [ANNOTATION.baseName]: formatBase(base) };
      return [{ transfer, entry: { ...known, ...platformOf(platform), annotations } }];
    },
  );
  return parts.flat();
}

const missingBase = (reference: string, digest: Digest, { offline }: LockHold): VoxError =>
  new VoxError(
    offline ? "OFFLINE_UNPROVABLE" : "CONTENT_MISSING",
    `\`${digest}\` of base image \`${reference}\` is not ${offline ? "in the project" : "there"}`,
  );

const named = (name: string, version: string): Readonly<Record<string, string>> => ({
  [ANNOTATION.title]: name,
  [ANNOTATION.version]: version,
});

const platformOf = (platform: FetchItem["platform"]): Pick<Descriptor, "platform"> =>
  platform === undefined ? {} : { platform: platformParts(platform) };
