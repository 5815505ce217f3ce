import type { Digest } from "../core/digest.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { MadeLayer } from "../container/build/layer-cache.ts";
import { parseImageManifest } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";
import type { CachePorts } from "./ports.ts";
import { readProvedArchive } from "./prove-archive.ts";
import { gitPackageKey, type LockedGitPackage } from "./locked-git-package.ts";
import { type Vendored, VENDORED_GIT_PACKAGE, type VendoredLayout } from "./vendored.ts";

/**
 * The archive of a git package that the project carries, taken into the cache; `undefined` when it carries none of which the lock says just this. Its bytes are
 * proved by the strict reader and the locked diff-id.
 * @throws {VoxError} ARCHIVE_INVALID, CONTENT_MISMATCH, OCI_INVALID
 */
export async function vendoredGitArchive(
  locked: LockedGitPackage,
  vendored: Vendored,
  { layers }: Pick<CachePorts, "layers">,
): Promise<MadeLayer | undefined> {
  const { name, version, source } = locked;
  const layout = await vendored.layout();
  const layer = layout && (await layerOf(layout, gitPackageKey(locked)));
  if (!layout || !layer) return undefined;
  await layers.blobs.ingest(layout.fetch(layer));
  const { mediaType, digest, size } = layer;
  const archive = { mediaType, digest, size, diffId: source.diffId };
  await readProvedArchive(layers.blobs, { name, version, archive });
  return { descriptor: { mediaType, digest, size }, diffId: source.diffId };
}

async function layerOf(layout: VendoredLayout, key: Digest) {
  const entry = (await layout.entries()).find(({ annotations }) => annotations?.[VENDORED_GIT_PACKAGE] === key);
  if (!entry) return undefined;
  const what = `the vendored manifest \`${entry.digest}\``;
  const { layers } = parseImageManifest(await readContent(layout, entry), { mediaType: entry.mediaType, what });
  const [layer] = layers;
  if (layer && layers.length === 1) return layer;
  throw new VoxError("OCI_INVALID", `${what} has ${layers.length} layers instead of one`);
}
