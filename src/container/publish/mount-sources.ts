import type { Digest } from "../../core/digest.ts";
import { isPackageName } from "../../core/package-name.ts";
import { type RegistryBase, repositoryUnder } from "../../oci/reference.ts";
import type { MaterializedProject } from "../../project/materialized-project.ts";
import { parseStoredBase } from "../base-image/base-reference.ts";

export interface MountSourceInput {
  readonly project: Pick<MaterializedProject, "packages">;
  /** As in the plan; absent on scratch. */
  readonly baseReference?: string;
  /** Layers of the base, as the image's manifests name them. */
  readonly baseLayers: readonly Digest[];
  /** Where each registry of the lock is, by its name; one that is a folder is not there. */
  readonly registries: ReadonlyMap<string, RegistryBase>;
  /** `host[:port]` that the image goes to. */
  readonly host: string;
  /** The image's own repository: nothing is mounted from there. */
  readonly repository: string;
}

/**
 * For each blob, the repository of the same host that should hold it already, so that it need not be uploaded (contracts, §1):
 * a package's layer lies in the package's repository, the base's layers in the base's.
 */
export function mountSources(input: MountSourceInput): ReadonlyMap<Digest, string> {
  const sources = new Map<Digest, string>();
  const base = input.baseReference === undefined ? undefined : baseRepository(input.baseReference, input.host);
  if (base !== undefined) for (const digest of input.baseLayers) sources.set(digest, base);
  for (const item of input.project.packages) {
    const repository = packageRepository(item.source, item.name, input);
    if (repository === undefined) continue;
    const blobs = item.archive.kind === "neutral" ? [item.archive.blob] : item.archive.blobs;
    for (const blob of blobs) sources.set(blob.digest, repository);
  }
  for (const [digest, repository] of sources) if (repository === input.repository) sources.delete(digest);
  return sources;
}

/** The repositories that a push may mount from, each once: one token can then serve all. */
export const mountRepositories = (sources: ReadonlyMap<Digest, string>): readonly string[] =>
  [...new Set(sources.values())].sort();

function baseRepository(reference: string, host: string): string | undefined {
  const base = parseStoredBase(reference);
  return base.kind === "registry" && base.reference.registry === host ? base.reference.repository : undefined;
}

function packageRepository(source: string, name: string, { registries, host }: MountSourceInput): string | undefined {
  if (!source.startsWith("registry+") || !isPackageName(name)) return undefined;
  const registry = registries.get(source.slice("registry+".length));
  return registry?.host === host ? repositoryUnder(registry, name) : undefined;
}
