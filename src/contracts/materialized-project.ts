import { z } from "zod";
import type { Brand } from "../core/brand.ts";
import type { MaterializedProject } from "../project/materialized-project.ts";
import { deployIntentSchema } from "./deploy-intent.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { digest, packageName, platform, relativePath, sizeBytes } from "./value-schemas.ts";

const identity = z.strictObject({
  name: packageName,
  version: z.string().min(1),
  description: z.string().exactOptional(),
  license: z.string().exactOptional(),
  authors: z.array(z.string()),
  repository: z.string().exactOptional(),
  homepage: z.string().exactOptional(),
  documentation: z.string().exactOptional(),
  revision: z
    .string()
    .regex(/^[0-9a-f]{40}$/)
    .exactOptional()
    .describe("Commit, when the project is in git"),
  dirty: z.boolean(),
});

const archiveBlob = { digest, diffId: digest, mediaType: z.string().min(1), size: sizeBytes };

const materializedPackage = z.strictObject({
  name: packageName,
  version: z.string(),
  source: z.string().regex(/^(?:registry|git|path)\+/),
  license: z.string().exactOptional(),
  dependencies: z.array(packageName),
  archive: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("neutral"), blob: z.strictObject(archiveBlob) }),
    z.strictObject({ kind: z.literal("by-platform"), blobs: z.array(z.strictObject({ ...archiveBlob, platform })) }),
  ]),
});

const applicationFile = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("file"),
    path: relativePath,
    digest,
    size: sizeBytes,
    mode: z.union([z.literal(0o644), z.literal(0o755)]).describe("420 is 0644, 493 is 0755"),
  }),
  z.strictObject({ kind: z.literal("symlink"), path: relativePath, target: z.string().min(1) }),
]);

const lockedBaseImage = z.strictObject({
  reference: z.string().min(1),
  digest,
  platforms: z.array(z.strictObject({ platform, digest })),
});

/** The handoff (contracts, §6) as data that enters from outside. */
export const materializedProjectSchema = z.strictObject({
  schemaVersion: z.literal(1),
  identity,
  closureDigest: digest,
  lockDigest: digest,
  mode: z.enum(["default", "locked", "frozen"]),
  dependencies: z.array(packageName).describe("Of the member itself, among `packages`"),
  packages: z.array(materializedPackage),
  files: z.array(applicationFile),
  baseImages: z.array(lockedBaseImage),
  dockerfile: z.strictObject({ path: relativePath, text: z.string(), context: z.array(applicationFile) }).exactOptional(),
  deploy: deployIntentSchema,
});

/** `T` with its brands taken off: JSON knows only texts. */
type Unbranded<T> =
  T extends Brand<string, string>
    ? string
    : T extends readonly (infer Item)[]
      ? readonly Unbranded<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Unbranded<T[Key]> }
        : T;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Does not compile when the schema and the handoff's type part ways. */
true satisfies Same<DeepReadonly<z.infer<typeof materializedProjectSchema>>, Unbranded<MaterializedProject>>;

/** The JSON Schema of the handoff, for programs that read it. */
export const materializedProjectJsonSchema = (): JsonSchema =>
  jsonSchemaOf(materializedProjectSchema, "MaterializedProject of vox");
