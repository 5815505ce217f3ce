import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LayerBlobs, LayerCache, MadeLayer } from "../container/build/layer-cache.ts";
import type { MarkUsed } from "../core/use-mark.ts";
import { type Digest, hexOf, isDigest } from "../core/digest.ts";

/** Layers made here, remembered below `<cache>/layers`; the blobs are the cache's own. */
export class FsLayerCache implements LayerCache {
  readonly blobs: LayerBlobs;
  readonly #dir: string;
  readonly #markUsed: MarkUsed;

  constructor(cacheDir: string, blobs: LayerBlobs, markUsed: MarkUsed = () => true) {
    this.#dir = join(cacheDir, "layers");
    this.blobs = blobs;
    this.#markUsed = markUsed;
  }

  /** A record is believed only while the cache holds its blob, in the length that it names. */
  async find(key: Digest): Promise<MadeLayer | undefined> {
    this.#markUsed(this.#path(key));
    const layer = parseLayer(await readFile(this.#path(key), "utf8").catch(() => ""));
    return layer && (await this.blobs.exists(layer.descriptor)) ? layer : undefined;
  }

  /** A record that cannot be written costs time at the next run and nothing else. */
  async record(key: Digest, { descriptor, diffId }: MadeLayer): Promise<void> {
    const { mediaType, digest, size } = descriptor;
    const temporary = join(this.#dir, `.${randomUUID()}.tmp`);
    await mkdir(this.#dir, { recursive: true })
      .then(() => writeFile(temporary, `${[mediaType, digest, size, diffId].join("\n")}\n`))
      .then(() => rename(temporary, this.#path(key)))
      .catch(() => undefined);
  }

  #path(key: Digest): string {
    return join(this.#dir, hexOf(key));
  }
}

function parseLayer(text: string): MadeLayer | undefined {
  const [mediaType = "", digest = "", size = "", diffId = "", end] = text.split("\n");
  if (end !== "" || !isDigest(digest) || !isDigest(diffId) || !/^\d+$/.test(size)) return undefined;
  return { descriptor: { mediaType, digest, size: Number(size) }, diffId };
}
