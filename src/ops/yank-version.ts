import { isVoxError } from "../errors/vox-error.ts";
import { formatRegistryLocation } from "../pm/registry/location.ts";
import { PackageRegistry, taggedVersions } from "../pm/registry/package-registry.ts";
import { publishYank } from "../pm/registry/publish.ts";
import { yankTag } from "../pm/registry/version-tag.ts";
import type { YankState } from "../pm/registry/yank.ts";
import { recordInIndex } from "./index-registry.ts";
import type { RunPorts } from "./ports.ts";
import type { ProjectRegistries } from "./project-registries.ts";
import { type AskedPackage, findPublished } from "./published-name.ts";

export interface YankRequest {
  readonly registry: string;
  readonly asked: AskedPackage & { readonly version: string };
  /** False takes a yank back. */
  readonly yanked: boolean;
  /** The reason that stands there stays unless another is given. */
  readonly reason?: string;
}

/** The document of `pm yank`. */
export interface YankResult {
  readonly name: string;
  readonly version: string;
  readonly registry: string;
  /** Where the mark stands. */
  readonly reference: string;
  readonly yanked: boolean;
  readonly reason: string | null;
  /** False when the registry said so already. */
  readonly changed: boolean;
}

/**
 * Marks a version as yanked, or takes that back; the version stays as it is (contracts, §5 "Yank").
 * @throws {VoxError} PACKAGE_UNKNOWN, VERSION_UNKNOWN, PUBLISH_RACE, REGISTRY_DENIED, REGISTRY_UNAVAILABLE
 */
export async function yankVersion(
  registries: ProjectRegistries,
  { registry, asked, yanked, reason }: YankRequest,
  ports: RunPorts,
): Promise<YankResult> {
  const { signal } = ports;
  const { name } = await findPublished(registry, asked, async (spelling) =>
    taggedVersions(await registries.repository(registry, spelling).tags({ signal })),
  );
  const repository = registries.repository(registry, name, "push");
  const before = await presentMark(
    new PackageRegistry({ name: registry, repositoryFor: () => repository }),
    name,
    asked.version,
    signal,
  );
  const kept = reason ?? before?.reason;
  const state = { yanked, ...(kept !== undefined && { reason: kept }) };
  const changed = (before?.yanked ?? false) !== yanked || before?.reason !== kept;
  if (changed) await publishYank(repository, asked.version, state, { signal });
  // Also when nothing changed: the index may not have heard of it.
  await recordInIndex(registries, registry, [name], ports);
  return {
    name,
    version: asked.version,
    registry,
    reference: `${formatRegistryLocation(registries.location(registry))}/${name}:${yankTag(asked.version)}`,
    yanked,
    reason: kept ?? null,
    changed,
  };
}

/** What stands at the version's yank tag; a mark that cannot be understood is there to be replaced. */
async function presentMark(
  source: PackageRegistry,
  name: AskedPackage["name"],
  version: string,
  signal: AbortSignal,
): Promise<YankState | undefined> {
  try {
    return await source.yankState(name, version, { signal });
  } catch (error) {
    if (isVoxError(error, "OCI_INVALID")) return undefined;
    throw error;
  }
}
