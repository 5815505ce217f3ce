import { z } from "zod";
import { type Digest, isDigest } from "../core/digest.ts";
import { isPlatform, type Platform } from "../core/platform.ts";
import { packageMetadataSchema } from "./package-metadata.ts";

const digestSchema = z.custom<Digest>((value) => typeof value === "string" && isDigest(value), "is not a sha256 digest");

const platformSchema = z.custom<Platform>((value) => typeof value === "string" && isPlatform(value), "is not a platform");

const sizeSchema = z.int().min(0);

const archiveSchema = z.object({
  /** Only for a package with platforms, which has one archive for each. */
  platform: platformSchema.optional(),
  manifest: digestSchema,
  digest: digestSchema,
  diffId: digestSchema,
  mediaType: z.string(),
  size: sizeSchema,
});

/** One line of a shard of `vox-index`: what resolution and the lock need of one version (contracts, §5 "Scale"). */
export const indexEntrySchema = packageMetadataSchema.extend({
  yanked: z.boolean(),
  /** RFC 3339, as the publisher says. */
  created: z.string().optional(),
  /** What people search by, as the publisher says. */
  description: z.string().optional(),
  /** What the version's tag names. */
  manifest: z.object({ mediaType: z.string(), digest: digestSchema, size: sizeSchema }),
  archives: z.array(archiveSchema).min(1).readonly(),
});

export type IndexEntry = Readonly<z.infer<typeof indexEntrySchema>>;

/** The entry that a line holds; `undefined` for what is none, since an index is a hint and a broken line hints at nothing. */
export function readIndexEntry(value: unknown): IndexEntry | undefined {
  const result = indexEntrySchema.safeParse(value);
  return result.success ? result.data : undefined;
}
