import type { Digest } from "../../core/digest.ts";
import type { ContentReader, Repository } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ImageConfig } from "../../oci/image-config.ts";
import type { StoredBaseReference } from "./base-reference.ts";

/** One platform of a base, checked to be something that can be built upon. */
export interface BaseImage {
  readonly config: ImageConfig;
  /** As many as the config's diff-ids; OCI types. */
  readonly layers: readonly Descriptor[];
  /** Reads the layers, wherever they are. */
  readonly reader: ContentReader;
}

/** Opens the place where a base lives: a registry's repository or an image layout. */
export type OpenBase = (reference: StoredBaseReference) => Promise<Repository>;

/** Small documents by digest, kept between runs so that an unchanged base costs no request; a miss or a loss does no harm. */
export interface DocumentCache {
  read(digest: Digest): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/** Small facts by their key, kept between runs; a loss costs time. */
export interface FactMemory {
  fact(key: string): Promise<string | undefined>;
  keepFact(key: string, text: string): Promise<void>;
}

export interface BaseImageSource {
  readonly open: OpenBase;
  readonly documents?: DocumentCache;
  readonly facts?: FactMemory;
}
