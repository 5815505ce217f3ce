import semver from "semver";
import { z } from "zod";
import { PACKAGE_KINDS } from "../core/package-kind.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { memoized } from "../core/memoized.ts";
import { isPackageName, type PackageName } from "../core/package-name.ts";
import { isPlatform, type Platform } from "../core/platform.ts";
import { VoxError } from "../errors/vox-error.ts";

const nameSchema = z.custom<PackageName>((value) => typeof value === "string" && isPackageName(value), "is not a package name");

const platformSchema = z.custom<Platform>((value) => typeof value === "string" && isPlatform(value), "is not a platform");

const isVersion = memoized((text) => semver.valid(text) !== null && /^\d/.test(text));

const isRange = memoized((text) => semver.validRange(text.replaceAll(",", " ")) !== null);

const versionSchema = z.string().refine(isVersion, "is not a semver version");

const requirementSchema = z.string().refine(isRange, "is not a version requirement");

const dependencySchema = z.object({
  name: nameSchema,
  requirement: requirementSchema,
  optional: z.boolean(),
  features: z.array(z.string()).readonly(),
  defaultFeatures: z.boolean(),
});

/** The metadata of a published package (contracts, §5); keys that vox does not know are dropped. */
export const packageMetadataSchema = z.object({
  schemaVersion: z.literal(1),
  name: nameSchema,
  version: versionSchema,
  kind: z.enum(PACKAGE_KINDS),
  platforms: z.array(platformSchema).readonly(),
  dependencies: z.array(dependencySchema).readonly(),
  skills: z.array(dependencySchema).readonly(),
  features: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
});

/** What a package asks and offers: a pure function of the `Vox.toml` in its archive. */
export type PackageMetadata = Readonly<z.infer<typeof packageMetadataSchema>>;

/** One line of a published package's dependencies or skills; always of the package's own registry. */
export type MetadataDependency = Readonly<z.infer<typeof dependencySchema>>;

/**
 * Metadata from the text of the label `dev.vox.package`.
 * @throws {VoxError} OCI_INVALID
 */
export function parsePackageMetadata(text: string): PackageMetadata {
  const result = packageMetadataSchema.safeParse(jsonOf(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new VoxError(
    "OCI_INVALID",
    `package metadata is not valid: \`${issue?.path.join(".") ?? ""}\` ${issue?.message ?? ""}`,
  );
}

/** The text of the label `dev.vox.package`: canonical JSON. */
export const packageMetadataText = (metadata: PackageMetadata): string => canonicalJson(metadata);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VoxError("OCI_INVALID", "package metadata is not JSON", { cause });
  }
}
