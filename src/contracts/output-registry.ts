import { z } from "zod";
import { count, digest, packageName, platform, sizeBytes } from "./value-schemas.ts";

/** Documents of the commands that ask registries and log in to them; see `output.ts`. */

const describedVersion = z.looseObject({ version: z.string(), yanked: z.boolean(), reason: z.string().nullable() });

const askedPackage = z.looseObject({
  name: packageName,
  requirement: z.string(),
  optional: z.boolean(),
  features: z.array(z.string()),
  defaultFeatures: z.boolean(),
});

export const infoDocument = describedVersion.extend({
  name: packageName,
  registry: z.string(),
  reference: z.string(),
  kind: z.string(),
  description: z.string().nullable().describe("This and what follows to `created` is the publisher's word"),
  license: z.string().nullable(),
  repository: z.string().nullable(),
  revision: z.string().nullable(),
  created: z.string().nullable(),
  manifest: digest.describe("What the version's tag names"),
  archives: z.array(z.looseObject({ platform: platform.optional(), digest, diffId: digest, size: sizeBytes })),
  platforms: z.array(platform),
  features: z.record(z.string(), z.array(z.string())),
  dependencies: z.array(askedPackage),
  skills: z.array(askedPackage),
  attached: z
    .array(z.looseObject({ artifactType: z.string(), predicateType: z.string().optional(), digest }))
    .nullable()
    .describe("null where the registry does not tell"),
  versions: z.array(describedVersion).describe("Highest first"),
});

export const yankDocument = describedVersion.extend({
  name: packageName,
  registry: z.string(),
  reference: z.string().describe("Where the mark stands"),
  changed: z.boolean(),
});

export const searchDocument = z.looseObject({
  registry: z.string(),
  source: z.enum(["index", "list"]).describe("What was searched; a list of names has descriptions only where it is a folder"),
  packages: z.array(
    z.looseObject({
      name: packageName,
      version: z.string(),
      kind: z.string(),
      yanked: z.boolean().describe("Every version is"),
      description: z.string().nullable(),
      match: z.enum(["exact", "prefix", "name", "description"]),
    }),
  ),
  total: count.describe("With those that `--limit` left out"),
});

const loginPlace = z.looseObject({
  kind: z.enum(["helper", "file"]),
  helper: z.string().optional().describe("NAME of `docker-credential-NAME`"),
  file: z.string().optional(),
});

export const loginDocument = z.looseObject({ host: z.string(), username: z.string(), stored: loginPlace });

export const logoutDocument = z.looseObject({
  host: z.string(),
  removed: z.array(loginPlace).describe("Where there was a login; empty when there was none"),
});
