import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { readYaml } from "./read-yaml.ts";
import { severity } from "./value-schemas.ts";

/** `contracts/policy/portability-policy.yaml`: the invariants of app portability, and how strictly each lane holds them. */

const invariant = z.strictObject({
  id: z.string().regex(/^[a-z]+(?:-[a-z]+)*$/),
  statement: z.string().min(1).describe("What holds, in one sentence"),
  judged_on: z
    .array(z.enum(["project", "image"]))
    .describe("What it is judged on; nothing where the program itself keeps it and no project can break it"),
  lanes: z.strictObject({ local: severity, ci: severity, release: severity }),
  enforced_in: z.string().regex(/^src\/.+\.ts$/).describe("The one file whose code makes it true, or refuses"),
  shown_by: z
    .array(z.string().regex(/^test\/.+\.test\.ts$/))
    .min(1)
    .describe("Tests that fail without it; each names it"),
});

/** The shape of the policy; its JSON Schema is generated from it. */
export const portabilityPolicySchema = z.strictObject({ version: z.literal(1), invariants: z.array(invariant).min(1) });

export type PortabilityPolicy = DeepReadonly<z.infer<typeof portabilityPolicySchema>>;
export type DeclaredInvariant = PortabilityPolicy["invariants"][number];

export type ParsedPortabilityPolicy =
  | { readonly kind: "policy"; readonly policy: PortabilityPolicy }
  | { readonly kind: "faults"; readonly faults: readonly string[] };

/** Reads the policy's text; each fault is a phrase that names its path in the document. */
export function parsePortabilityPolicy(text: string): ParsedPortabilityPolicy {
  const read = readYaml(text, portabilityPolicySchema);
  return read.kind === "faults" ? read : { kind: "policy", policy: read.document };
}

/** The JSON Schema of `contracts/policy/portability-policy.yaml`. */
export const portabilityPolicyJsonSchema = (): JsonSchema => jsonSchemaOf(portabilityPolicySchema, "Portability policy of vox");
