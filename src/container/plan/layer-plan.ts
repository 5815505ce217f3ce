import { createHash } from "node:crypto";
import type { Platform } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ArchiveBlob, MaterializedPackage } from "../../project/materialized-project.ts";

/** Up to this many packages, each is a layer of its own. */
const MAX_UNSHARED_PACKAGES = 24;
/** With more, this many of the largest keep a layer of their own. */
const MAX_OWN_LAYERS = 12;
/** A smaller package is never worth a layer of its own among many. */
export const MIN_OWN_LAYER_BYTES = 256 * 1024;
const BUCKET_COUNT = 12;
/** Base and all; overlay2 takes 125 (contracts, §7). */
const MAX_IMAGE_LAYERS = 120;

export interface LayerPackage {
  readonly name: string;
  readonly version: string;
  readonly blob: ArchiveBlob;
}

/** One layer of dependencies: a package's archive as it is, or a bucket of small ones joined into one tar. */
export type PackageLayer =
  | { readonly kind: "package"; readonly package: LayerPackage }
  | { readonly kind: "bucket"; readonly bucket: number; readonly packages: readonly LayerPackage[] };

/**
 * The layers that the packages make on one platform, from the base upward (contracts, §7 "Layers").
 * @throws {VoxError} BASE_PLATFORM_MISSING when a package has no archive for the platform, LAYERS_TOO_MANY
 */
export function planLayers(
  packages: readonly MaterializedPackage[],
  platform: Platform,
  sharing: "shared" | "per-package",
): PackageLayer[] {
  const classes = new Map(packages.map((item) => [String(item.name), sourceClass(item.source)]));
  const chosen = sortedByUtf8(
    packages.map((item) => layerPackage(item, platform)),
    (item) => `${classes.get(item.name) ?? 0} ${item.name}`,
  );
  const layers = sharing === "per-package" ? chosen.map(ownLayer) : sharedLayers(chosen);
  checkLayerCount(layers.length);
  return layers;
}

/** @throws {VoxError} LAYERS_TOO_MANY */
export function checkLayerCount(count: number): void {
  if (count <= MAX_IMAGE_LAYERS) return;
  throw new VoxError("LAYERS_TOO_MANY", `the image would have ${count} layers, and engines take ${MAX_IMAGE_LAYERS}`);
}

/** What `dev.vox.packages` says of a layer: `a@1.2.0,b@2.0.0`. */
export const packagesOfLayer = (layer: PackageLayer): readonly LayerPackage[] =>
  layer.kind === "package" ? [layer.package] : layer.packages;

export const packageTitle = (item: LayerPackage): string => `${item.name}@${item.version}`;

/** The bucket that a package shares when it has no layer of its own. */
export const bucketOf = (name: string): number => (createHash("sha256").update(name).digest()[0] ?? 0) % BUCKET_COUNT;

function sharedLayers(packages: readonly LayerPackage[]): PackageLayer[] {
  if (packages.length <= MAX_UNSHARED_PACKAGES) return packages.map(ownLayer);
  const own = new Set(largest(packages));
  const shared = packages.filter((item) => !own.has(item));
  const buckets = Array.from({ length: BUCKET_COUNT }, (_, bucket) => shared.filter((item) => bucketOf(item.name) === bucket));
  return [
    ...packages.filter((item) => own.has(item)).map(ownLayer),
    ...buckets.flatMap((members, bucket): PackageLayer[] =>
      members.length === 0 ? [] : [{ kind: "bucket", bucket, packages: inPathOrder(members) }],
    ),
  ];
}

function largest(packages: readonly LayerPackage[]): LayerPackage[] {
  return sortedByUtf8(packages, (item) => item.name)
    .filter((item) => item.blob.size >= MIN_OWN_LAYER_BYTES)
    .sort((left, right) => right.blob.size - left.blob.size)
    .slice(0, MAX_OWN_LAYERS);
}

const ownLayer = (item: LayerPackage): PackageLayer => ({ kind: "package", package: item });

/** The order of their members in one tar: `a-b/` stands before `a/`. */
const inPathOrder = (packages: readonly LayerPackage[]): LayerPackage[] => sortedByUtf8(packages, (item) => `${item.name}/`);

/** Registry packages lie lowest, as they change least; then git; path and workspace packages on top. */
function sourceClass(source: string): 0 | 1 | 2 {
  if (source.startsWith("registry+")) return 0;
  return source.startsWith("git+") ? 1 : 2;
}

function layerPackage(item: MaterializedPackage, platform: Platform): LayerPackage {
  const { name, version } = item;
  return { name, version, blob: archiveFor(item, platform) };
}

function archiveFor(item: MaterializedPackage, platform: Platform): ArchiveBlob {
  if (item.archive.kind === "neutral") return item.archive.blob;
  const found = item.archive.blobs.find((blob) => blob.platform === platform);
  if (found) return { digest: found.digest, diffId: found.diffId, mediaType: found.mediaType, size: found.size };
  const known = item.archive.blobs.map((blob) => `\`${blob.platform}\``).join(", ");
  throw new VoxError(
    "BASE_PLATFORM_MISSING",
    `package \`${item.name}\` ${item.version} is not made for \`${platform}\`, only for ${known || "none"}`,
    {
      hint: "take the platform out of `platforms` in [deploy.container]",
    },
  );
}
