import { decompressLayer } from "../../archive/decompress.ts";
import { type ForeignEntry, foreignEntries } from "../../archive/foreign-members.ts";
import { type ByteStream, collectBytes } from "../../core/byte-stream.ts";
import { type Digest, digestOf, Digester, hexOf } from "../../core/digest.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ImageConfig } from "../../oci/image-config.ts";
import { parseImageConfig } from "../../oci/parse-config.ts";
import type { LayerBlobs } from "./layer-cache.ts";

export interface SavedImageRequest {
  /** Of the whole image, as the engine tells them. */
  readonly diffIds: readonly Digest[];
  /** Layers that are to be had elsewhere. */
  readonly known: ReadonlySet<Digest>;
  /** Takes the tars of the others. */
  readonly blobs: LayerBlobs;
}

export interface SavedImage {
  readonly config: ImageConfig;
  /** Sizes of the tars that were taken, by diff-id. */
  readonly sizes: ReadonlyMap<Digest, number>;
}

/** No config is larger. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * Reads a tar as `docker save` writes it: of Docker 20.10, of newer ones and of Podman, which name its members differently. So a
 * layer is known by the digest of its bytes and the config by the diff-ids in it.
 * @throws {VoxError} ARCHIVE_INVALID, ENGINE_FAILED when something is not in it
 */
export async function readSavedImage(tar: ByteStream, request: SavedImageRequest): Promise<SavedImage> {
  const missing = new Set(request.diffIds.filter((diffId) => !request.known.has(diffId)));
  const skipped = [...request.known].map(hexOf);
  const sizes = new Map<Digest, number>();
  let config: ImageConfig | undefined;
  for await (const entry of foreignEntries(tar)) {
    const { path } = entry.member;
    if (!entry.isFile || entry.sizeBytes === 0 || skipped.some((hex) => path.includes(hex))) continue;
    const content = await peeked(entry);
    if (entry.sizeBytes <= MAX_CONFIG_BYTES && content.first[0] === OPENING_BRACE) {
      const bytes = await collectBytes(content.stream, { maxBytes: MAX_CONFIG_BYTES, what: path });
      config ??= configOf(bytes, request.diffIds);
      continue;
    }
    const size = await ingestWanted(layerTar(content), missing, request.blobs);
    if (size) sizes.set(size.digest, size.size);
  }
  const [lost] = [...missing].filter((diffId) => !sizes.has(diffId));
  if (config === undefined || lost !== undefined) {
    throw new VoxError("ENGINE_FAILED", `the engine's image does not hold its ${lost ? `layer \`${lost}\`` : "config"}`);
  }
  return { config, sizes };
}

const OPENING_BRACE = 0x7b;

interface Peeked {
  readonly first: Uint8Array;
  readonly stream: ByteStream;
}

async function peeked({ content }: ForeignEntry): Promise<Peeked> {
  const iterator = content[Symbol.asyncIterator]();
  const first = await iterator.next();
  const chunk = first.done ? new Uint8Array() : first.value;
  async function* stream(): ByteStream {
    yield chunk;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { first: chunk, stream: stream() };
}

/** Docker with containerd's store saves layers as they were pulled or built, others as tars. */
const layerTar = ({ first, stream }: Peeked): ByteStream =>
  decompressLayer(stream, first[0] === 0x1f && first[1] === 0x8b ? "gzip" : "none");

/** Thrown at the end of a stream, so that nothing of it stays. */
class NotWanted extends Error {}

async function ingestWanted(tar: ByteStream, wanted: ReadonlySet<Digest>, blobs: LayerBlobs) {
  async function* proved(): ByteStream {
    const digester = new Digester();
    for await (const chunk of tar) {
      digester.update(chunk);
      yield chunk;
    }
    if (!wanted.has(digester.digest())) throw new NotWanted();
  }
  try {
    return await blobs.ingest(proved());
  } catch (error) {
    if (error instanceof NotWanted) return undefined;
    throw error;
  }
}

/** Other documents of the tar are not configs, or not of this image. */
function configOf(bytes: Uint8Array, diffIds: readonly Digest[]): ImageConfig | undefined {
  try {
    const config = parseImageConfig(bytes, digestOf(bytes));
    return config.rootfs.diff_ids.join() === diffIds.join() ? config : undefined;
  } catch {
    return undefined;
  }
}
