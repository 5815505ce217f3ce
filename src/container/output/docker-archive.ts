import { writeCanonicalTar } from "../../archive/canonical-tar.ts";
import { fileEntry, fileOfBytes, type TarEntry } from "../../archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../archive/tar-tree.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { canonicalJsonBytes } from "../../core/canonical-json.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { formatLayoutIndex, EMPTY_LAYOUT_INDEX } from "../../oci/layout-index.ts";
import { ANNOTATION } from "../../oci/media-types.ts";
import { parseImageManifest } from "../../oci/parse-manifest.ts";
import { readContent } from "../../oci/read-content.ts";
import type { Image } from "../build/image.ts";
import { contentOf } from "../build/image-graph.ts";
import { notMadeFor } from "../plan/platform-plan.ts";

export interface DockerArchiveOptions extends TransferOptions {
  /** The platform that `docker load` takes; the others are reached by `index.json` alone. */
  readonly platform: Platform;
  /** `name:tag`, as `docker load` will call the image. */
  readonly repoTags: readonly string[];
}

/**
 * One tar that is an OCI layout and holds Docker's `manifest.json` too: engines before the containerd store read only that, and
 * newer tools only the other. The same bytes for the same image.
 * @throws {VoxError} BASE_PLATFORM_MISSING when the image is not made for the platform
 */
export async function* dockerArchive(image: Image, options: DockerArchiveOptions): ByteStream {
  const documents = [
    document("index.json", formatLayoutIndex({ ...EMPTY_LAYOUT_INDEX, manifests: rootEntries(image.root, options.repoTags) })),
    document("manifest.json", canonicalJsonBytes([await dockerManifest(image, options)])),
    document("oci-layout", canonicalJsonBytes({ imageLayoutVersion: "1.0.0" })),
  ];
  const blobs = (await contentOf(image.reader, image.root, options)).map((descriptor) => blobEntry(image, descriptor, options));
  yield* writeCanonicalTar(inArchiveOrder(withParents([...documents, ...blobs], { above: "" })));
}

/** One entry for each name, as containerd reads them; one without a tag when the image has no name. */
function rootEntries(root: Descriptor, repoTags: readonly string[]): readonly Descriptor[] {
  if (repoTags.length === 0) return [root];
  return repoTags.map((name) => ({
    ...root,
    annotations: { [ANNOTATION.refName]: name.slice(name.lastIndexOf(":") + 1), "io.containerd.image.name": name },
  }));
}

async function dockerManifest(image: Image, { platform, repoTags, ...transfer }: DockerArchiveOptions) {
  const found = image.platforms.find((entry) => entry.platform === platform);
  if (!found)
    throw notMadeFor(
      platform,
      image.platforms.map((entry) => entry.platform),
    );
  const bytes = await readContent(image.reader, found.manifest, transfer);
  const manifest = parseImageManifest(bytes, {
    mediaType: found.manifest.mediaType,
    what: `the manifest \`${found.manifest.digest}\``,
  });
  return {
    Config: blobPath(manifest.config.digest),
    Layers: manifest.layers.map((layer) => blobPath(layer.digest)),
    RepoTags: repoTags.length > 0 ? repoTags : null,
  };
}

const blobPath = (digest: Digest): string => `blobs/sha256/${hexOf(digest)}`;

const document = (path: string, bytes: Uint8Array): TarEntry => fileEntry(path, fileOfBytes(path, bytes));

function blobEntry(image: Image, descriptor: Descriptor, options: TransferOptions): TarEntry {
  const path = blobPath(descriptor.digest);
  const { signal } = options;
  const open = (): ByteStream => image.reader.fetch(descriptor, { ...(signal && { signal }) });
  return fileEntry(path, { kind: "file", path, executable: false, sizeBytes: descriptor.size, open });
}
