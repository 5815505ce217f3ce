import { z } from "zod";
import { IMAGE_BUILD_TYPE } from "../core/in-toto.ts";
import { containerIntent } from "./deploy-intent.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { digest, packageName, platform } from "./value-schemas.ts";

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const sha256 = z.strictObject({ sha256: hex(64) });

const source = z.strictObject({
  name: z.literal("source"),
  uri: z.string().startsWith("git+").optional(),
  digest: z.strictObject({ gitCommit: hex(40) }),
  annotations: z.strictObject({ dirty: z.literal(true) }).optional(),
});
const lock = z.strictObject({
  name: z.literal("vox.lock"),
  digest: sha256,
  annotations: z.strictObject({ closure: digest.describe("Of the member's production closure") }),
});
const base = z.strictObject({
  name: z.string().describe("As the lock has the reference; with `?platform=` for what a platform was built upon"),
  uri: z.string().startsWith("pkg:"),
  digest: sha256,
  annotations: z.strictObject({ platform }).optional(),
});
const archive = z.strictObject({
  name: z.string().describe("`NAME@VERSION`, with `?platform=` for an archive of one platform"),
  uri: z.string().startsWith("pkg:"),
  digest: sha256,
  annotations: z.strictObject({ diffId: digest, source: z.string() }),
});

/** The predicate of an image's provenance, as vox writes it; docs/src/reference/provenance.md. */
const imageProvenance = z.strictObject({
  buildDefinition: z.strictObject({
    buildType: z.literal(IMAGE_BUILD_TYPE),
    externalParameters: z.strictObject({
      application: z.strictObject({ name: packageName, version: z.string() }),
      environment: z.string().min(1),
      build: z.array(z.string()).describe("`build` of [package], which ran before the files were collected"),
      container: containerIntent.describe("[deploy.container] for that environment, with its defaults"),
    }),
    internalParameters: z.strictObject({ compressor: z.string(), lock: z.enum(["default", "locked", "frozen"]) }),
    resolvedDependencies: z.array(z.union([source, lock, archive, base])),
  }),
  runDetails: z.strictObject({
    builder: z.strictObject({ id: z.url(), version: z.strictObject({ vox: z.string() }) }),
    metadata: z.strictObject({ startedOn: z.iso.datetime() }).optional(),
  }),
});

export const imageProvenanceJsonSchema = (): JsonSchema =>
  jsonSchemaOf(imageProvenance, "SLSA provenance of an image, the predicate of what `--sign-key` attaches");
