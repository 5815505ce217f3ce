import { streamOf } from "../../core/byte-stream.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContentReader, Repository, TagReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { OciDocument, PackageArtifact } from "./package-artifact.ts";
import type { AttachedRecord } from "./provenance.ts";
import { isSameRelease, tagVersion, versionTag, yankTag } from "./version-tag.ts";
import { EMPTY_DOCUMENT, yankDocument, type YankState } from "./yank.ts";

export interface PublishPackageOptions extends TransferOptions {
  /** Attached before the tag is set, so that a version which can be found has its record and its signatures. */
  readonly records?: readonly AttachedRecord[];
}

/**
 * Puts a new version into a registry: archives, configs and manifests by digest, its record, then the tag, which is read back (contracts, §5).
 * @throws {VoxError} VERSION_EXISTS, PUBLISH_RACE, CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function publishPackage(
  repository: Repository,
  artifact: PackageArtifact,
  blobs: ContentReader,
  { records = [], ...options }: PublishPackageOptions = {},
): Promise<Descriptor> {
  const { name, version } = artifact.metadata;
  const tag = versionTag(version);
  await refuseExistingVersion(repository, name, version, options);
  for (const archive of artifact.archives) {
    if (!(await repository.exists(archive, options))) await repository.push(archive, blobs.fetch(archive, options), options);
  }
  await pushDocuments(repository, artifact.documents, options);
  for (const { documents } of records) await pushDocuments(repository, documents, options);
  if (records.length > 0) {
    const manifests = records.map(({ manifest }) => manifest.descriptor);
    await repository.attach(manifests, options);
  }
  await repository.tag(artifact.root.descriptor, tag, { ...options, onlyNew: true });
  const tagged = await repository.resolve(tag, options);
  if (tagged?.digest === artifact.root.descriptor.digest) return artifact.root.descriptor;
  throw new VoxError("PUBLISH_RACE", `\`${name}@${version}\` was published by someone else at the same moment`, {
    hint: "raise `version` in Vox.toml and publish again",
  });
}

/**
 * Marks a version as yanked, or undoes it; `undefined` in the answer's place means the registry lacks the version. The version itself is left
 * alone: where a tag is deleted, some registries delete the manifest with it.
 * @throws {VoxError} PUBLISH_RACE, REGISTRY_UNAVAILABLE, REGISTRY_DENIED
 */
export async function publishYank(
  repository: Repository,
  version: string,
  state: YankState,
  options: TransferOptions = {},
): Promise<Descriptor | undefined> {
  if (!(await repository.resolve(versionTag(version), options))) return undefined;
  const manifest = yankDocument(state);
  await pushDocuments(repository, [EMPTY_DOCUMENT, manifest], options);
  await repository.tag(manifest.descriptor, yankTag(version), options);
  const marked = await repository.resolve(yankTag(version), options);
  if (marked?.digest === manifest.descriptor.digest) return manifest.descriptor;
  throw new VoxError("PUBLISH_RACE", `someone else yanked \`${version}\`, or undid it, at the same moment`, {
    hint: "see what holds now with `vox pm info NAME`, and run the command again if need be",
  });
}

/**
 * Versions that differ in build metadata alone are one.
 * @throws {VoxError} VERSION_EXISTS
 */
export async function refuseExistingVersion(
  repository: TagReader,
  name: string,
  version: string,
  options: TransferOptions,
): Promise<void> {
  const versions = (await repository.tags(options)).map(tagVersion);
  const existing = versions.find((other) => other !== undefined && isSameRelease(other, version));
  if (existing !== undefined) throw new VoxError("VERSION_EXISTS", `\`${name}@${existing}\` is published already`);
}

async function pushDocuments(
  repository: Repository,
  documents: readonly OciDocument[],
  options: TransferOptions,
): Promise<void> {
  for (const { descriptor, bytes } of documents) {
    if (!(await repository.exists(descriptor, options))) await repository.push(descriptor, streamOf(bytes), options);
  }
}
