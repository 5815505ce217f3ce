import type { ByteStream } from "../../core/byte-stream.ts";
import { canonicalJsonBytes, type JsonValue } from "../../core/canonical-json.ts";
import { platformFrom } from "../../core/platform.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import { MEDIA_TYPE } from "../../oci/media-types.ts";
import { MemoryStore } from "../../oci/memory-store.ts";
import { unionReader } from "../../oci/union-reader.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import { dockerArchive } from "../output/docker-archive.ts";

/** A base as a tar that an engine loads under a name: its own layers, with a config and a manifest that hold what vox read of them. */
export function baseArchive(base: BaseImage, { name, signal }: TransferOptions & { readonly name: string }): ByteStream {
  const documents = new MemoryStore();
  const add = (document: object, mediaType: string) => {
    const json: JsonValue = JSON.parse(JSON.stringify(document));
    return documents.add(canonicalJsonBytes(json), mediaType);
  };
  const config = add(base.config, MEDIA_TYPE.imageConfig);
  const manifest = add(
    { schemaVersion: 2, mediaType: MEDIA_TYPE.imageManifest, config, layers: base.layers },
    MEDIA_TYPE.imageManifest,
  );
  const platform = platformFrom(base.config);
  const image = { root: manifest, reader: unionReader([documents, base.reader]), platforms: [{ platform, manifest }] };
  return dockerArchive(image, { platform, repoTags: [name], ...(signal && { signal }) });
}
