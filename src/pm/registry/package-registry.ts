import semver from "semver";
import type { PackageMetadata } from "../../contracts/package-metadata.ts";
import { mapConcurrent } from "../../core/concurrency.ts";
import type { PackageName } from "../../core/package-name.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { ContentReader, TagReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../oci/media-types.ts";
import { isImageIndex, parseManifestOrIndex } from "../../oci/parse-manifest.ts";
import type { LockedArchives } from "../lockfile/lockfile.ts";
import type { PackageKind } from "../../core/package-kind.ts";
import type { FeatureTable, Requirement } from "../manifest/requirement.ts";
import { metadataFeatures, metadataRequirements } from "./metadata-requirements.ts";
import { type PackageFacts, packageFacts } from "./package-artifact.ts";
import { readDocument, readRelease } from "./read-release.ts";
import { tagVersion, versionTag, yankTag } from "./version-tag.ts";
import { YANK_ANNOTATION, type YankState } from "./yank.ts";

/** What reading packages needs of a repository. */
export interface PackageRepository extends ContentReader, TagReader {}

export interface PublishedVersion {
  readonly version: string;
  readonly tag: string;
  readonly yanked: boolean;
}

/** One version as its registry holds it, with all that resolution and locking need. */
export interface Release {
  readonly name: PackageName;
  readonly version: string;
  readonly kind: PackageKind;
  /** What the tag names. */
  readonly root: Descriptor;
  readonly archives: LockedArchives;
  readonly requirements: readonly Requirement[];
  readonly features: FeatureTable;
  readonly metadata: PackageMetadata;
  /** RFC 3339, when the publisher says it: a claim, not a proof. */
  readonly created?: string;
  /** What else the publisher says, where the registry itself was read. */
  readonly facts?: PackageFacts;
}

export interface PackageRegistryOptions {
  /** The registry's name in the project: what its packages' own requirements are looked up in. */
  readonly name: string;
  readonly repositoryFor: (name: PackageName) => PackageRepository;
  /** Yank marks read at a time. */
  readonly concurrency?: number;
}

/** The versions among tags, lowest first. */
export const taggedVersions = (tags: readonly string[]): readonly Omit<PublishedVersion, "yanked">[] =>
  tags
    .flatMap((tag) => {
      const version = tagVersion(tag);
      return version === undefined ? [] : [{ version, tag }];
    })
    .sort((left, right) => semver.compareBuild(left.version, right.version));

/** A registry of packages: an OCI repository for each name (contracts, §5). */
export class PackageRegistry {
  readonly name: string;
  readonly #repositoryFor: (name: PackageName) => PackageRepository;
  readonly #concurrency: number;

  constructor(options: PackageRegistryOptions) {
    this.name = options.name;
    this.#repositoryFor = options.repositoryFor;
    this.#concurrency = options.concurrency ?? 8;
  }

  /**
   * Every version of a package, lowest first; none when the registry has no such package.
   * @throws {VoxError} REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OFFLINE_UNPROVABLE
   */
  async versions(name: PackageName, options: TransferOptions = {}): Promise<readonly PublishedVersion[]> {
    const tags = await this.#repositoryFor(name).tags(options);
    const known = new Set(tags);
    return mapConcurrent(taggedVersions(tags), this.#concurrency, async ({ version, tag }) => {
      const marked = known.has(yankTag(version));
      return { version, tag, yanked: marked && (await this.yankState(name, version, options)).yanked };
    });
  }

  /**
   * One version, its documents proved by digest and by each other; `undefined` when the registry lacks it.
   * @throws {VoxError} OCI_INVALID, CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OFFLINE_UNPROVABLE
   */
  async release(name: PackageName, version: string, options: TransferOptions = {}): Promise<Release | undefined> {
    const repository = this.#repositoryFor(name);
    const root = await repository.resolve(versionTag(version), options);
    if (!root) return undefined;
    return this.#inContext(`\`${name}@${version}\``, async () => {
      const { metadata, archives, annotations } = await readRelease(repository, root, options);
      if (metadata.name !== name || metadata.version !== version) {
        throw new VoxError("OCI_INVALID", `its metadata names \`${metadata.name}@${metadata.version}\``);
      }
      const created = annotations[ANNOTATION.created];
      const requirements = metadataRequirements(metadata, this.name);
      const features = metadataFeatures(metadata);
      return {
        name,
        version,
        kind: metadata.kind,
        root,
        archives,
        requirements,
        features,
        metadata,
        ...(created && { created }),
        facts: packageFacts(annotations),
      };
    });
  }

  /**
   * When a version was published, RFC 3339, by the publisher's own word; `undefined` when it says nothing, or the registry lacks it.
   * @throws {VoxError} OCI_INVALID, CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OFFLINE_UNPROVABLE
   */
  async created(name: PackageName, version: string, options: TransferOptions = {}): Promise<string | undefined> {
    const repository = this.#repositoryFor(name);
    const root = await repository.resolve(versionTag(version), options);
    if (!root) return undefined;
    return this.#inContext(`\`${name}@${version}\``, async () => {
      const document = parseManifestOrIndex(await readDocument(repository, root, options), root);
      return document.annotations?.[ANNOTATION.created];
    });
  }

  /**
   * Whether a version is yanked, and why.
   * @throws {VoxError} OCI_INVALID, CONTENT_MISMATCH, REGISTRY_UNAVAILABLE, REGISTRY_DENIED, OFFLINE_UNPROVABLE
   */
  async yankState(name: PackageName, version: string, options: TransferOptions = {}): Promise<YankState> {
    const repository = this.#repositoryFor(name);
    const descriptor = await repository.resolve(yankTag(version), options);
    if (!descriptor) return { yanked: false };
    return this.#inContext(`the yank mark of \`${name}@${version}\``, async () => {
      const manifest = parseManifestOrIndex(await readDocument(repository, descriptor, options), descriptor);
      const yanked = manifest.annotations?.[YANK_ANNOTATION.yanked];
      if (isImageIndex(manifest) || manifest.artifactType !== MEDIA_TYPE.voxYank || (yanked !== "true" && yanked !== "false")) {
        throw new VoxError("OCI_INVALID", "it is not a yank manifest");
      }
      const reason = manifest.annotations?.[YANK_ANNOTATION.reason];
      return { yanked: yanked === "true", ...(reason && { reason }) };
    });
  }

  /** Names package and registry once, for a fault found in what the registry holds. */
  async #inContext<T>(what: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!isVoxError(error)) throw error;
      const options = { cause: error, ...(error.hint !== undefined && { hint: error.hint }) };
      throw new VoxError(error.code, `${what} in registry \`${this.name}\` cannot be used: ${error.message}`, options);
    }
  }
}
