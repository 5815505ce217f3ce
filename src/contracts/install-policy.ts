import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { readYaml } from "./read-yaml.ts";

/** `contracts/install/install-policy.yaml`: how the program vox itself is built, released and installed. */

const fileName = z.string().regex(/^[a-z][a-z0-9.{}-]*$/);

/** The shape of the policy; its JSON Schema is generated from it. */
export const installPolicySchema = z.strictObject({
  version: z.literal(1),
  node: z.strictObject({
    minimum: z
      .string()
      .regex(/^\d+\.\d+$/)
      .describe("The oldest release that starts"),
    tested: z.array(z.int().min(1)).min(1).describe("Majors that CI tests"),
  }),
  platforms: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9]+\/[a-z0-9]+$/),
        runner: z.string().min(1).describe("Machine of the CI that tests it"),
        status: z.enum(["tested", "advisory"]),
      }),
    )
    .min(1),
  artifacts: z
    .array(z.strictObject({ kind: z.enum(["npm", "tarball", "sbom"]), file: fileName, holds: z.string().min(1) }))
    .min(1)
    .describe("Files of a release; `{version}` stands for its version"),
  checksums: z.strictObject({ file: fileName, algorithm: z.literal("sha256") }),
  signature: z.strictObject({ file: fileName, by: z.literal("cosign") }),
  image: z.strictObject({
    base: z.string().regex(/^[a-z0-9./:-]+@sha256:[0-9a-f]{64}$/),
    platforms: z.array(z.string().regex(/^[a-z0-9]+\/[a-z0-9]+$/)).min(1),
    user: z.string().regex(/^\d+:\d+$/),
  }),
  releases: z.strictObject({ base: z.string().describe("Address of the folder with the checksums; empty while there is none") }),
});

export type InstallPolicy = DeepReadonly<z.infer<typeof installPolicySchema>>;

export type ParsedInstallPolicy =
  | { readonly kind: "policy"; readonly policy: InstallPolicy }
  | { readonly kind: "faults"; readonly faults: readonly string[] };

/** Reads the policy's text; each fault is a phrase that names its path in the document. */
export function parseInstallPolicy(text: string): ParsedInstallPolicy {
  const read = readYaml(text, installPolicySchema);
  return read.kind === "faults" ? read : { kind: "policy", policy: read.document };
}

/** The JSON Schema of `contracts/install/install-policy.yaml`. */
export const installPolicyJsonSchema = (): JsonSchema => jsonSchemaOf(installPolicySchema, "Install policy of vox");
