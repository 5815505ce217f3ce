import * as z from "zod";
import { PACKAGE_KINDS } from "../core/package-kind.ts";
import { faultsOf, type SchemaFault } from "./schema-faults.ts";
import { deploySchema } from "./vox-toml-deploy.ts";
import { dependencyTable, patchSchema, workspaceDependencySchema } from "./vox-toml-dependencies.ts";
import { durationWord, featureNameWord, identifierWord, innerPathWord, nonEmptyText, packageNameWord, platformWord, versionWord } from "./vox-toml-words.ts";

const texts = z.array(z.string());

/** Fields that members may take from [workspace.package]. */
const inheritableFields = {
  version: versionWord.meta({ description: "Semver version; 0.1.0 unless said" }),
  description: z.string().meta({ description: "What the package is, in a sentence" }),
  license: z.string().meta({ description: "SPDX license expression" }),
  authors: texts.meta({ description: "People behind the package" }),
  repository: z.string().meta({ description: "URL of the source" }),
  homepage: z.string().meta({ description: "URL of the home page" }),
  documentation: z.string().meta({ description: "URL of the documentation" }),
  keywords: texts.meta({ description: "Words to find the package by" }),
  include: texts.meta({ description: "Files that enter the package although .gitignore hides them, in gitignore syntax" }),
  exclude: texts.meta({ description: "Files that never enter the package, in gitignore syntax" }),
  build: texts.meta({ description: "Argv run before files are collected" }),
  platforms: z.array(platformWord).meta({ description: "Platforms of a package with platform files; empty for a neutral one" }),
};

const workspaceTrue = z.strictObject({ workspace: z.literal(true) }).meta({ description: "Taken from [workspace.package]" });

const orInherited = <T extends z.ZodType>(schema: T) => z.union([schema, workspaceTrue]).optional();

const packageSchema = z.strictObject({
  name: packageNameWord.meta({ description: "Name of the package" }),
  kind: z.enum(PACKAGE_KINDS).meta({ description: "What the package is; library unless said" }).optional(),
  version: orInherited(inheritableFields.version),
  description: orInherited(inheritableFields.description),
  license: orInherited(inheritableFields.license),
  authors: orInherited(inheritableFields.authors),
  repository: orInherited(inheritableFields.repository),
  homepage: orInherited(inheritableFields.homepage),
  documentation: orInherited(inheritableFields.documentation),
  keywords: orInherited(inheritableFields.keywords),
  include: orInherited(inheritableFields.include),
  exclude: orInherited(inheritableFields.exclude),
  build: orInherited(inheritableFields.build),
  platforms: orInherited(inheritableFields.platforms),
});

const workspaceSchema = z.strictObject({
  members: z.array(nonEmptyText).meta({ description: "Folders of the members, or patterns such as packages/*" }).optional(),
  exclude: z.array(nonEmptyText).meta({ description: "Folders that are no members although a pattern names them" }).optional(),
  package: z.strictObject(inheritableFields).partial().meta({ description: "Fields that members inherit with { workspace = true }" }).optional(),
  dependencies: z.record(packageNameWord, workspaceDependencySchema).meta({ description: "Requirements that members inherit with { workspace = true }" }).optional(),
});

const binSchema = z.strictObject({
  name: identifierWord.meta({ description: "Name of the program" }),
  path: innerPathWord.meta({ description: "File of the package that it starts" }),
});

const registrySchema = z.strictObject({
  index: z
    .string()
    .regex(/^(?:oci:\/\/(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*|file:.+)$/, {
      error: "is not a registry such as `oci://host/prefix` or `file:../registry`",
    })
    .meta({ description: "oci://host/prefix, or file:DIR relative to this file" }),
  signers: z.array(nonEmptyText).meta({ description: "Files of public keys that packages must be signed with" }).optional(),
});

const resolverSchema = z.strictObject({
  "min-release-age": durationWord.meta({ description: "Age that a release must have before it is chosen, such as 3d" }).optional(),
});

/** Tables that belong to other tools: kept, and never an error. */
const foreignTable = z.unknown().meta({ description: "Another tool's table" }).optional();

/** Vox.toml (contracts, §2). */
const voxTomlSchema = z.strictObject({
  package: packageSchema.meta({ description: "The package in this folder" }).optional(),
  dependencies: dependencyTable.meta({ description: "Packages that this one needs" }).optional(),
  "dev-dependencies": dependencyTable.meta({ description: "Packages for work on this one; locked, never in an image" }).optional(),
  features: z.record(featureNameWord, z.array(z.string())).meta({ description: "Additive features, with cargo's semantics" }).optional(),
  skills: dependencyTable.meta({ description: "Dependencies of kind skill" }).optional(),
  bin: z.array(binSchema).meta({ description: "Programs of the package" }).optional(),
  workspace: workspaceSchema.meta({ description: "Members that share one vox.lock" }).optional(),
  registries: z.record(identifierWord, registrySchema).meta({ description: "Registries by name; `default` replaces the default" }).optional(),
  patch: z.record(packageNameWord, patchSchema).meta({ description: "Sources overridden everywhere" }).optional(),
  resolver: resolverSchema.meta({ description: "How versions are chosen" }).optional(),
  orchestrator: foreignTable,
  review: foreignTable,
  bundle: foreignTable,
  deploy: deploySchema.meta({ description: "How the application is packed and where it runs" }).optional(),
});

export type VoxToml = z.output<typeof voxTomlSchema>;
export type WorkspaceTrue = z.output<typeof workspaceTrue>;
export type RawPackage = z.output<typeof packageSchema>;
export type RawWorkspace = z.output<typeof workspaceSchema>;

export type VoxTomlReading =
  { readonly kind: "valid"; readonly document: VoxToml } | { readonly kind: "invalid"; readonly faults: readonly SchemaFault[] };

/** Holds a parsed TOML document against the schema. */
export function readVoxToml(value: unknown): VoxTomlReading {
  const result = voxTomlSchema.safeParse(value);
  return result.success ? { kind: "valid", document: result.data } : { kind: "invalid", faults: faultsOf(voxTomlSchema, value, result.error.issues) };
}

/** The JSON Schema (draft 2020-12) of Vox.toml, for editors. */
export const voxTomlJsonSchema = (): Record<string, unknown> => {
  const { $schema, ...schema } = z.toJSONSchema(voxTomlSchema, { target: "draft-2020-12", io: "input" });
  return { $schema, $id: "https://vox.dev/schemas/vox-toml.schema.json", title: "Vox.toml", ...schema };
};
