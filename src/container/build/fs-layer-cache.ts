import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJsonBytes } from "../../core/canonical-json.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { type JsonCursor, parseJson } from "../../core/json-cursor.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import { isSystemError, systemFailure } from "../../oci/fs-errors.ts";
import type { LayerBlobs, LayerCache, MadeLayer } from "./layer-cache.ts";

/** A layer cache on disk: the blobs in a store that is given, and one small record for each key in a folder. */
export class FsLayerCache implements LayerCache {
  readonly blobs: LayerBlobs;
  readonly #directory: string;

  /** @param directory for the records; made when the first one is written */
  constructor(directory: string, blobs: LayerBlobs) {
    this.#directory = directory;
    this.blobs = blobs;
  }

  /** A record that cannot be understood is none: the layer is made again. */
  async find(key: Digest): Promise<MadeLayer | undefined> {
    try {
      return parseRecord(
        parseJson(await readFile(this.#path(key)), { code: "CACHE_CORRUPT", what: `the record of layer \`${key}\`` }),
      );
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR") || isVoxError(error)) return undefined;
      throw systemFailure(error, "FILE_UNREADABLE", `\`${this.#path(key)}\` cannot be read`);
    }
  }

  /** @throws {VoxError} CANNOT_WRITE */
  async record(key: Digest, { descriptor, diffId }: MadeLayer): Promise<void> {
    const { mediaType, digest, size } = descriptor;
    const partial = join(this.#directory, `.vox-${randomUUID()}.partial`);
    try {
      await mkdir(this.#directory, { recursive: true });
      await writeFile(partial, canonicalJsonBytes({ mediaType, digest, size, diffId }));
      await rename(partial, this.#path(key));
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined);
      throw systemFailure(error, "CANNOT_WRITE", `\`${this.#directory}\` cannot be written`);
    }
  }

  #path(key: Digest): string {
    return join(this.#directory, `${hexOf(key)}.json`);
  }
}

const parseRecord = (json: JsonCursor): MadeLayer => ({
  descriptor: { mediaType: json.at("mediaType").string(), digest: json.at("digest").digest(), size: json.at("size").count() },
  diffId: json.at("diffId").digest(),
});
