import { counted } from "../../core/counted.ts";
import { COMPRESSOR_NAME, compressLayer } from "../../archive/compress.ts";
import { proveCompressor } from "../../archive/compressor-proof.ts";
import { canonicalJson, canonicalJsonBytes, type JsonValue } from "../../core/canonical-json.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import { type Digest, Digester, digestOf } from "../../core/digest.ts";
import type { EventSink } from "../../core/events.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Compression } from "../../project/deploy-intent.ts";
import type { ApplicationFile } from "../../project/materialized-project.ts";
import type { PlannedApplication } from "../plan/image-plan.ts";
import type { LayerPackage, PackageLayer } from "../plan/layer-plan.ts";
import type { SystemFile } from "../plan/system-files.ts";
import type { WorkdirPlace } from "../plan/workdir-place.ts";
import type { LayerCache, MadeLayer } from "./layer-cache.ts";
import { applicationTar, systemTar } from "./layer-content.ts";
import { packageTar } from "./package-tar.ts";
import { spliceBucket } from "./splice-bucket.ts";

/** Raised when the bytes of a layer made here change for the same content, so that no old cache entry is taken for a new one. */
const LAYER_FORMAT = 1;

export interface LayerMakerPorts extends TransferOptions {
  /** Package archives and application files, by digest. */
  readonly content: ContentReader;
  readonly cache: LayerCache;
  readonly compression: Compression;
  readonly onEvent?: EventSink;
}

/** Finds the layers of a plan, or makes them; each once, however many platforms want it. */
export class LayerMaker {
  readonly #ports: LayerMakerPorts;
  readonly #layers = new Map<Digest, Promise<MadeLayer>>();
  #madeCount = 0;
  #proof: Promise<void> | undefined;

  constructor(ports: LayerMakerPorts) {
    this.#ports = ports;
  }

  /** Layers that were in no cache. */
  get madeCount(): number {
    return this.#madeCount;
  }

  /** A package's own layer is its archive, as it is. */
  packages(layer: PackageLayer): Promise<MadeLayer> {
    if (layer.kind === "bucket") return this.#bucket(layer.packages);
    const { mediaType, digest, size, diffId } = layer.package.blob;
    return Promise.resolve({ descriptor: { mediaType, digest, size }, diffId });
  }

  application(application: PlannedApplication, { workdir, above }: WorkdirPlace): Promise<MadeLayer> {
    const { files, writable, owner } = application;
    const key = this.#key({
      kind: "application",
      workdir,
      ...(above.length > 0 && { above: above.map((folder) => ({ ...folder, owner: { ...folder.owner } })) }),
      writable,
      owner: { ...owner },
      files: digestOfFiles(files),
    });
    return this.#once(key, "the application layer", () =>
      applicationTar({ ...application, workdir, above }, this.#ports.content, this.#ports),
    );
  }

  system(files: readonly SystemFile[]): Promise<MadeLayer> {
    const members = files.map((file): JsonValue =>
      file.kind === "directory" ? { ...file, owner: { ...file.owner } } : { ...file },
    );
    return this.#once(this.#key({ kind: "system", files: members }), "the system layer", () =>
      systemTar(files, this.#ports.content, this.#ports),
    );
  }

  #bucket(packages: readonly LayerPackage[]): Promise<MadeLayer> {
    const key = this.#key({ kind: "bucket", diffIds: packages.map((item) => item.blob.diffId) });
    const tars = (): ByteStream[] => packages.map((item) => packageTar(item.blob, this.#ports.content, this.#ports));
    return this.#once(key, `a layer of ${counted(packages.length, "package")}`, () => spliceBucket(tars()));
  }

  #key(content: Readonly<Record<string, JsonValue>>): Digest {
    return digestOf(canonicalJson({ ...content, format: LAYER_FORMAT, compressor: COMPRESSOR_NAME[this.#ports.compression] }));
  }

  #once(key: Digest, what: string, tar: () => ByteStream): Promise<MadeLayer> {
    const known = this.#layers.get(key);
    if (known) return known;
    const layer = this.#findOrMake(key, what, tar);
    this.#layers.set(key, layer);
    return layer;
  }

  async #findOrMake(key: Digest, what: string, tar: () => ByteStream): Promise<MadeLayer> {
    const { cache, onEvent } = this.#ports;
    const found = await cache.find(key);
    if (found && (await cache.blobs.exists(found.descriptor))) return found;
    onEvent?.({ kind: "step", message: `make ${what}` });
    const layer = await this.#make(tar());
    await cache.record(key, layer);
    return layer;
  }

  async #make(tar: ByteStream): Promise<MadeLayer> {
    const { cache, compression, signal } = this.#ports;
    // A blob is what its digest says whoever compressed it; what must not happen unproved is that it counts as this layer.
    if (compression === "gzip") this.#proof ??= proveCompressor();
    const compressor = compressLayer(stoppable(tar, signal), compression);
    await Promise.all([this.#proof, cache.blobs.ingest(compressor.stream)]);
    this.#madeCount += 1;
    const { diffId, mediaType, digest, size } = compressor.result();
    return { descriptor: { mediaType, digest, size }, diffId };
  }
}

/** A file at a time: the text of a hundred thousand would be many megabytes. */
function digestOfFiles(files: readonly ApplicationFile[]): Digest {
  const digester = new Digester();
  for (const file of files) digester.update(canonicalJsonBytes({ ...file }));
  return digester.digest();
}

async function* stoppable(stream: ByteStream, signal: AbortSignal | undefined): ByteStream {
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
