import { parsePublishProvenance, type ParsedProvenance } from "../contracts/provenance.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import type { Digest } from "../core/digest.ts";
import { PROVENANCE_TYPE } from "../core/in-toto.ts";
import { isVoxError } from "../errors/vox-error.ts";
import type { Repository, TransferOptions } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../oci/media-types.ts";
import { isImageIndex, parseManifestOrIndex } from "../oci/parse-manifest.ts";
import { readContent } from "../oci/read-content.ts";
import type { LockedArchive, LockedPackage } from "../pm/lockfile/lockfile.ts";
import { versionTag } from "../pm/registry/version-tag.ts";
import type { ProvenanceFacts, RootFacts } from "../policy/provenance/provenance-facts.ts";
import type { OpenProject } from "./open-project.ts";
import type { RunPorts } from "./ports.ts";
import { freshLock } from "./read-lock.ts";

const PACKAGES_AT_ONCE = 8;

/**
 * What the registries hold of the provenance of each locked package of theirs. The lock must be fresh; it is what the records are held to.
 * @throws {VoxError} LOCK_MISSING, LOCK_STALE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function readProvenance(project: OpenProject, { signal }: RunPorts): Promise<readonly ProvenanceFacts[]> {
  const { lock, text } = await freshLock(project.files, project.desired);
  const facts = await mapConcurrent(lock.packages, PACKAGES_AT_ONCE, (locked) =>
    packageFacts(project, locked, text, { signal }),
  );
  return facts.flat();
}

async function packageFacts(
  project: OpenProject,
  { name, version, source }: LockedPackage,
  lockText: string,
  options: TransferOptions,
): Promise<readonly ProvenanceFacts[]> {
  if (source.kind !== "registry" || version === undefined) return [];
  const repository = project.registries.repository(source.registry, name);
  const archives: readonly LockedArchive[] =
    source.archives.kind === "neutral" ? [source.archives.archive] : source.archives.archives;
  const common = { name, version, registry: source.registry, line: lineOfPackage(lockText, name), archives };
  const root = await repository.resolve(versionTag(version), options);
  if (!root) return [{ ...common, records: [] }];
  return [
    { ...common, root: await rootFacts(repository, root, options), records: await readRecords(repository, root, options) },
  ];
}

async function rootFacts(repository: Repository, root: Descriptor, options: TransferOptions): Promise<RootFacts> {
  const document = parseManifestOrIndex(await readContent(repository, root, options), root);
  const { [ANNOTATION.source]: source, [ANNOTATION.revision]: revision } = document.annotations ?? {};
  return {
    digest: root.digest,
    manifests: isImageIndex(document) ? document.manifests.map(({ digest }) => digest) : [root.digest],
    ...(source === undefined ? {} : { source }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** A list of referrers is the registry's word, so that each is looked at. */
async function readRecords(
  repository: Repository,
  root: Descriptor,
  options: TransferOptions,
): Promise<readonly ParsedProvenance[]> {
  const listed = await repository.referrers(root.digest, { ...options, artifactType: MEDIA_TYPE.inToto });
  const records = await mapConcurrent(listed, 1, (entry) => readRecord(repository, root.digest, entry, options));
  return records.flat();
}

/** Nothing for a statement of another kind, and for what is attached to something else. */
async function readRecord(
  repository: Repository,
  subject: Digest,
  entry: Descriptor,
  options: TransferOptions,
): Promise<readonly ParsedProvenance[]> {
  try {
    const manifest = parseManifestOrIndex(await readContent(repository, entry, options), entry);
    if (isImageIndex(manifest) || manifest.subject?.digest !== subject) return [];
    const layer = manifest.layers.find(({ annotations }) => annotations?.[ANNOTATION.predicateType] === PROVENANCE_TYPE);
    return layer ? [parsePublishProvenance(await readContent(repository, layer, options))] : [];
  } catch (error) {
    if (!isVoxError(error) || !UNREADABLE.has(error.code)) throw error;
    return [{ kind: "malformed", reason: error.message }];
  }
}

const UNREADABLE: ReadonlySet<string> = new Set(["OCI_INVALID", "CONTENT_MISMATCH", "CONTENT_MISSING", "CONTENT_TOO_LARGE"]);

/** A name stands once among the packages of a lock. */
function lineOfPackage(lockText: string, name: string): number {
  const at = lockText.indexOf(`[[package]]\nname = "${name}"\n`);
  return lockText.slice(0, Math.max(at, 0)).split("\n").length;
}
