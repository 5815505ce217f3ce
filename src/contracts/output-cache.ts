import { z } from "zod";
import { count, sizeBytes } from "./value-schemas.ts";

export const cacheDirDocument = z.looseObject({ dir: z.string() });

const cacheKind = z.enum(["blobs", "closures", "layers", "metadata", "git", "links", "code", "leftovers"]);
const useTime = z.string().nullable().describe("RFC 3339; null when there is nothing");

export const cacheStatusDocument = z.looseObject({
  dir: z.string(),
  bytes: sizeBytes,
  kinds: z.array(z.looseObject({ kind: cacheKind, count, bytes: sizeBytes, oldestUse: useTime, newestUse: useTime })),
  projects: z.array(z.string()).describe("Folders whose `.vox_modules` is a link into the cache"),
});

export const cacheGcDocument = z.looseObject({
  dir: z.string(),
  dryRun: z.boolean(),
  removed: z.looseObject({ count, bytes: sizeBytes }),
  kept: z.looseObject({ count, bytes: sizeBytes }),
  kinds: z.array(z.looseObject({ kind: cacheKind, count, bytes: sizeBytes })).describe("What was removed, or would be"),
});

export const cacheClearDocument = z.looseObject({
  dir: z.string(),
  removed: z.looseObject({ count, bytes: sizeBytes }),
  unlinked: z.array(z.string()).describe("Folders whose `.vox_modules` leads nowhere now"),
});
