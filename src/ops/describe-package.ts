import { mapConcurrent } from "../core/concurrency.ts";
import type { PackageName } from "../core/package-name.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import type { ReferrerReader } from "../oci/content-store.ts";
import { ANNOTATION } from "../oci/media-types.ts";
import { formatRegistryLocation } from "../pm/registry/location.ts";
import { PackageRegistry, type PublishedVersion, type Release } from "../pm/registry/package-registry.ts";
import { shownVersion } from "../pm/registry/shown-version.ts";
import type { RunPorts } from "./ports.ts";
import type { ProjectRegistries } from "./project-registries.ts";
import { type AskedPackage, findPublished } from "./published-name.ts";

export interface DescribedVersion {
  readonly version: string;
  readonly yanked: boolean;
  readonly reason?: string;
}

/** Something that is attached to what the version's tag names: a signature, provenance, a list of its parts. */
export interface Attachment {
  readonly artifactType: string;
  /** What a bundle says, where its annotations tell. */
  readonly predicateType?: string;
  readonly digest: string;
}

/** A package as a registry tells of it, one of its versions in full. */
export interface PackageDescription {
  readonly registry: string;
  /** The package's repository, without a tag. */
  readonly reference: string;
  readonly release: Release;
  readonly state: DescribedVersion;
  /** Highest first. */
  readonly versions: readonly DescribedVersion[];
  /** `undefined` where the registry does not tell. */
  readonly attached?: readonly Attachment[];
}

/** Of a statement, and of a bundle that wraps one. */
const PREDICATES = [ANNOTATION.predicateType, "dev.sigstore.bundle.predicateType"];
const QUESTIONS_AT_ONCE = 8;

/**
 * What a registry says of a package, its documents proved; by its tags, so that what is published or yanked is seen at once.
 * @throws {VoxError} PACKAGE_UNKNOWN, VERSION_UNKNOWN, NAME_AMBIGUOUS, OCI_INVALID, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function describePackage(
  registries: ProjectRegistries,
  { registry, asked }: { readonly registry: string; readonly asked: AskedPackage },
  { signal }: RunPorts,
): Promise<PackageDescription> {
  const source = new PackageRegistry({ name: registry, repositoryFor: (name) => registries.reader(registry, name) });
  const { name, versions } = await findPublished(registry, asked, (spelling) => source.versions(spelling, { signal }));
  const shown =
    asked.version === undefined ? shownVersion(versions) : versions.find(({ version }) => version === asked.version);
  const release = shown && (await source.release(name, shown.version, { signal }));
  if (!release) throw new VoxError("VERSION_UNKNOWN", `\`${name}\` changed in registry \`${registry}\` while it was read`);
  const described = await mapConcurrent(versions, QUESTIONS_AT_ONCE, (version) => withReason(source, name, version, signal));
  const attached = await attachmentsOf(registries.reader(registry, name), release, signal);
  return {
    registry,
    reference: `${formatRegistryLocation(registries.location(registry))}/${name}`,
    release,
    state: described.find(({ version }) => version === release.version) ?? { version: release.version, yanked: false },
    versions: described.toReversed(),
    ...(attached && { attached }),
  };
}

async function withReason(
  source: PackageRegistry,
  name: PackageName,
  { version, yanked }: PublishedVersion,
  signal: AbortSignal,
): Promise<DescribedVersion> {
  if (!yanked) return { version, yanked };
  const { reason } = await source.yankState(name, version, { signal });
  return { version, yanked, ...(reason !== undefined && { reason }) };
}

/** A list of attachments is a courtesy: where it cannot be had, the rest is told all the same. */
async function attachmentsOf(
  reader: ReferrerReader,
  { root }: Release,
  signal: AbortSignal,
): Promise<readonly Attachment[] | undefined> {
  try {
    const referrers = await reader.referrers(root.digest, { signal });
    return referrers.map(({ artifactType, annotations, digest }) => {
      const predicateType = PREDICATES.flatMap((key) => annotations?.[key] ?? [])[0];
      return { artifactType: artifactType ?? "", digest, ...(predicateType !== undefined && { predicateType }) };
    });
  } catch (error) {
    if (isVoxError(error)) return undefined;
    throw error;
  }
}
