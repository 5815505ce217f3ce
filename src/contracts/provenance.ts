import { z } from "zod";
import { PROVENANCE_TYPE, STATEMENT_TYPE } from "../core/in-toto.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { packageName, platform } from "./value-schemas.ts";

/** What `vox pm publish` does; docs/src/reference/provenance.md. */
export const PUBLISH_BUILD_TYPE = "https://vox.dev/build-types/pm-publish/v1";

/** Who may have run it. Neither keeps its own secrets from the build, so neither claims more than level 1. */
export const BUILDER_ID = {
  local: "https://vox.dev/builders/local/v1",
  ci: "https://vox.dev/builders/ci/v1",
} as const;
export type BuilderKind = keyof typeof BUILDER_ID;

const hex = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const digests = z.record(z.string(), hex).refine((set) => Object.keys(set).length > 0, "names no digest");

/** https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md. */
const resource = z.looseObject({
  name: z.string().optional(),
  uri: z.string().optional(),
  digest: digests.optional(),
  mediaType: z.string().optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

const publishParameters = z.looseObject({
  name: packageName,
  version: z.string(),
  kind: z.string(),
  platforms: z.array(platform),
  build: z.array(z.string()).describe("`build` of [package], which ran before the files were collected"),
  allowDirty: z.boolean(),
});

const publishProvenance = z.looseObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.looseObject({ name: z.string(), digest: digests })).min(1),
  predicateType: z.literal(PROVENANCE_TYPE),
  predicate: z.looseObject({
    buildDefinition: z.looseObject({
      buildType: z.literal(PUBLISH_BUILD_TYPE),
      externalParameters: publishParameters,
      resolvedDependencies: z.array(resource).optional().describe("The commit; absent outside git"),
    }),
    runDetails: z.looseObject({
      builder: z.looseObject({ id: z.string(), version: z.record(z.string(), z.string()).optional() }),
      byproducts: z.array(resource).describe("The archives, by platform, with `diffId` in `annotations`"),
    }),
  }),
});

/** The statement that `vox pm publish` attaches to a version. */
export type PublishProvenance = z.infer<typeof publishProvenance>;

export const publishProvenanceJsonSchema = (): JsonSchema =>
  jsonSchemaOf(publishProvenance, "Statement that `vox pm publish` attaches to a version");

export type ParsedProvenance =
  | { readonly kind: "statement"; readonly statement: PublishProvenance }
  | { readonly kind: "malformed"; readonly reason: string };

/** What an attached statement says, or why it says nothing. */
export function parsePublishProvenance(bytes: Uint8Array): ParsedProvenance {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { kind: "malformed", reason: "it is not JSON" };
  }
  const parsed = publishProvenance.safeParse(json);
  if (parsed.success) return { kind: "statement", statement: parsed.data };
  const [issue] = parsed.error.issues;
  return { kind: "malformed", reason: `\`${issue?.path.join(".") || "it"}\`: ${issue?.message}` };
}
