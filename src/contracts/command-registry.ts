import { z } from "zod";
import type { DeepReadonly } from "./deep-readonly.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { readYaml } from "./read-yaml.ts";
import { lane } from "./value-schemas.ts";

/** `contracts/cli/command-registry.yaml`: the authority on what vox can be asked (contracts, §8). */

const word = z.string().regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
/** Up to three words, so that a group may hold a group. */
const path = z.string().regex(/^[a-z][a-z-]*(?: [a-z][a-z-]*){0,2}$/);
const placeholder = z.string().regex(/^[A-Z][A-Z0-9_]*$/);
const sentence = z
  .string()
  .min(1)
  .regex(/[^.\s]$/, "ends without a full stop");

const option = z.strictObject({
  name: word.describe("Without the dashes; `no-x` is a switch that is on until it is given"),
  short: z.string().length(1).optional(),
  value: placeholder.optional().describe("Name of the option's value; a switch has none"),
  description: sentence,
  choices: z.array(z.string()).min(1).optional(),
  default: z.string().optional(),
  repeatable: z.boolean().optional(),
  environment: placeholder.optional().describe("Variable that says the same"),
});

const argument = z.strictObject({
  name: placeholder,
  description: sentence,
  required: z.boolean(),
  choices: z.array(z.string()).min(1).optional(),
  default: z.string().optional(),
  repeatable: z.boolean().optional().describe("Takes all words that are left; the last argument only"),
});

const command = z.strictObject({
  path: path.describe("Words after `vox`"),
  summary: sentence,
  arguments: z.array(argument),
  options: z.array(option),
  handler: word.describe("Key in the program's map of handlers"),
  status: z.enum(["stable", "experimental", "deprecated"]),
  lane: z.enum(["any", ...lane.options]).describe("Lane that the command is for"),
  area: word.describe("One of `areas`"),
  docs: z
    .string()
    .regex(/^[a-z/-]+\.md#[a-z-]+$/)
    .describe("Page and heading under docs/src"),
  environment: z.array(placeholder).describe("Variables that the command reads"),
  exit_codes: z.array(z.int().min(0).max(255)).min(1),
});

/** The shape of the registry; its JSON Schema is generated from it. */
export const commandRegistrySchema = z.strictObject({
  version: z.literal(1),
  areas: z.array(z.strictObject({ name: word, title: z.string().min(1) })),
  groups: z.array(z.strictObject({ name: path.describe("Words after `vox`"), summary: sentence, area: word })),
  global_options: z.array(option),
  commands: z.array(command).min(1),
});

export type CommandRegistry = DeepReadonly<z.infer<typeof commandRegistrySchema>>;
export type CommandDeclaration = CommandRegistry["commands"][number];
export type OptionDeclaration = CommandDeclaration["options"][number];
export type ArgumentDeclaration = CommandDeclaration["arguments"][number];

export type ParsedRegistry =
  | { readonly kind: "registry"; readonly registry: CommandRegistry }
  | { readonly kind: "faults"; readonly faults: readonly string[] };

/** Reads the registry's text; each fault is a phrase that names its path in the document. */
export function parseCommandRegistry(text: string): ParsedRegistry {
  const read = readYaml(text, commandRegistrySchema);
  return read.kind === "faults" ? read : { kind: "registry", registry: read.document };
}

/** The JSON Schema of `contracts/cli/command-registry.yaml`. */
export const commandRegistryJsonSchema = (): JsonSchema => jsonSchemaOf(commandRegistrySchema, "Command registry of vox");
