import type { Digest } from "../../core/digest.ts";
import type { MadeLayer } from "./layer-cache.ts";

/** Remembers lower parts: an unchanged one is not built again, and its image stays the same. */
export interface LowerRecords {
  read(key: Digest): Promise<readonly MadeLayer[] | undefined>;
  write(key: Digest, layers: readonly MadeLayer[]): Promise<void>;
}
