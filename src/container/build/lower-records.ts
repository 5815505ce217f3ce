import type { Digest } from "../../core/digest.ts";
import type { ImageConfig } from "../../oci/image-config.ts";
import type { MadeLayer } from "./layer-cache.ts";

/** What an engine built upon a base. */
export interface BuiltLower {
  /** Above the base's. */
  readonly layers: readonly MadeLayer[];
  /** Of the whole image, in the engine's words. */
  readonly config: ImageConfig;
}

/** Remembers lower parts: an unchanged one is not built again, and its image stays the same. */
export interface LowerRecords {
  read(key: Digest): Promise<BuiltLower | undefined>;
  write(key: Digest, built: BuiltLower): Promise<void>;
}
