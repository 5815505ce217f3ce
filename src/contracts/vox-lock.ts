import { z } from "zod";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { count, digest, packageName, platform, sizeBytes } from "./value-schemas.ts";

const lines = (description: string) => z.array(z.string().min(1)).optional().describe(description);

const featureTable = z
  .array(z.string().regex(/^[^=]+=/))
  .optional()
  .describe("One `name=item,item` a feature, sorted");

const requires = lines("One requires line a requirement, sorted: `[dev |skill ]NAME SOURCE[ registry:NAME][ +FEATURE,…][ -default][ optional]`");

const project = z
  .looseObject({
    name: packageName,
    path: z.string().min(1).describe("Folder of the member, relative to the lock; `.` for the lock's own"),
    requires,
    "feature-table": featureTable,
  })
  .describe("What one member's manifest asks, normalised");

const registry = z
  .looseObject({
    name: z.string().min(1).describe("As the project names it; `default` for the default one"),
    index: z.string().min(1).describe("`oci://HOST/PREFIX`, `file:DIR`, or `default` where the project declares none"),
  })
  .describe("A registry that some package comes from");

const archive = {
  manifest: digest.describe("The registry's manifest"),
  digest: digest.describe("The archive: the blob in the registry and the layer in an image"),
  "diff-id": digest.describe("The archive's canonical tar, uncompressed"),
  "media-type": z.string().min(1),
  size: sizeBytes.describe("Bytes of the archive"),
};

const shared = {
  name: packageName,
  features: lines("Active features, over all members"),
  requires,
  "feature-table": featureTable,
  dependencies: z.array(packageName).optional().describe("Active edges"),
  "dev-dependencies": z.array(packageName).optional().describe("Edges that only a dev-dependency of a member makes active"),
};

const version = z.string().min(1);
const fromRegistry = z.string().regex(/^registry\+.+$/);

const packageEntry = z
  .union([
    z.looseObject({ ...shared, version, source: fromRegistry, ...archive }),
    z.looseObject({ ...shared, version, source: fromRegistry, platform: z.array(z.looseObject({ platform, ...archive })).min(1) }),
    z.looseObject({ ...shared, version, source: z.string().regex(/^git\+.+#[0-9a-f]{40}$/), "diff-id": digest }),
    z.looseObject({ ...shared, source: z.string().regex(/^path\+/) }),
  ])
  .describe("A package that a member reaches: from a registry (neutral, or one archive a platform), from git, or from a folder");

const patch = z
  .looseObject({ name: packageName, replacement: z.string().min(1).describe("The source of a requires line: RANGE[ registry:NAME], `path:…` or `git:…`") })
  .describe("A `[patch]` as read");

const baseImage = z
  .looseObject({
    reference: z.string().min(1).describe("As written in Vox.toml"),
    digest: digest.describe("What the reference named"),
    platform: z
      .array(z.looseObject({ platform, digest: digest.describe("The manifest for that platform") }))
      .optional(),
  })
  .describe("A base image that some environment of some member uses");

/** vox.lock as parsed TOML (contracts, §3); a higher `revision` may have more keys. */
export const voxLockSchema = z
  .looseObject({
    version: z.literal(1).describe("A reader refuses a higher one"),
    revision: count.describe("Raised by additions that an older reader may pass over"),
    project: z.array(project).optional(),
    registry: z.array(registry).optional(),
    package: z.array(packageEntry).optional(),
    patch: z.array(patch).optional(),
    "base-image": z.array(baseImage).optional(),
  })
  .describe("The resolved state of a vox project: written by `vox lock`, read by everything else");

export const voxLockJsonSchema = (): JsonSchema => jsonSchemaOf(voxLockSchema, "vox.lock");
