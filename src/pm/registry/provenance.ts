import { BUILDER_ID, type BuilderKind, PUBLISH_BUILD_TYPE } from "../../contracts/provenance.ts";
import { withoutCredentials } from "../../core/address-credentials.ts";
import { PROVENANCE_TYPE, STATEMENT_TYPE } from "../../core/in-toto.ts";
import type { JsonValue } from "../../core/canonical-json.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../oci/media-types.ts";
import { type ArtifactImage, descriptorJson, ociDocument, type OciDocument, type PackageArtifact } from "./package-artifact.ts";
import { EMPTY_DOCUMENT } from "./yank.ts";

/** How a version came to be, as far as it may be told: nothing of the machine, the user or the clock. */
export interface ProvenanceFacts {
  readonly builder: BuilderKind;
  readonly voxVersion: string;
  /** `build` of [package]. */
  readonly build: readonly string[];
  readonly allowDirty: boolean;
  /** Absent outside git. */
  readonly source?: { readonly revision: string; readonly dirty: boolean; readonly repository?: string };
  readonly compressor: string;
  /** SOURCE_DATE_EPOCH, and no other time. */
  readonly startedOn?: string;
}

/** Documents that are attached to what they are about. */
export interface AttachedRecord {
  /** In the order of pushing, the manifest last. */
  readonly documents: readonly OciDocument[];
  readonly manifest: OciDocument;
}

/** An in-toto statement with SLSA provenance, as a referrer of a version's root; unsigned (contracts, §7; docs/src/reference/provenance.md). */
export function provenanceRecord(artifact: PackageArtifact, facts: ProvenanceFacts): AttachedRecord {
  const statement = ociDocument(MEDIA_TYPE.inToto, publishStatement(artifact, facts));
  const annotations = { [ANNOTATION.predicateType]: PROVENANCE_TYPE };
  const { mediaType, digest, size } = artifact.root.descriptor;
  const manifest = ociDocument(MEDIA_TYPE.imageManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    artifactType: MEDIA_TYPE.inToto,
    config: descriptorJson(EMPTY_DOCUMENT.descriptor),
    layers: [descriptorJson({ ...statement.descriptor, annotations })],
    subject: { mediaType, digest, size },
    annotations,
  });
  return { documents: [EMPTY_DOCUMENT, statement, manifest], manifest };
}

function publishStatement(artifact: PackageArtifact, facts: ProvenanceFacts): JsonValue {
  const { name, version, kind, platforms } = artifact.metadata;
  const { builder, voxVersion, build, allowDirty, compressor, startedOn } = facts;
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(artifact),
    predicateType: PROVENANCE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: PUBLISH_BUILD_TYPE,
        externalParameters: { name, version, kind, platforms, build, allowDirty },
        internalParameters: { compressor },
        resolvedDependencies: facts.source ? [sourceOf(facts.source)] : [],
      },
      runDetails: {
        builder: { id: BUILDER_ID[builder], version: { vox: voxVersion } },
        ...(startedOn !== undefined && { metadata: { startedOn } }),
        byproducts: artifact.images.map((image) => ({
          name: nameOf(artifact, image),
          mediaType: image.archive.mediaType,
          digest: sha256(image.archive.digest),
          annotations: { diffId: image.archive.diffId },
        })),
      },
    },
  };
}

/** The root, and what it names for each platform. */
function subjectsOf(artifact: PackageArtifact): JsonValue {
  const root = { name: nameOf(artifact, {}), digest: sha256(artifact.root.descriptor.digest) };
  const images = artifact.images.filter(({ platform }) => platform !== undefined);
  return [root, ...images.map((image) => ({ name: nameOf(artifact, image), digest: sha256(image.manifest.digest) }))];
}

const nameOf = ({ metadata }: PackageArtifact, { platform }: Partial<ArtifactImage>): string =>
  `${metadata.name}@${metadata.version}${platform === undefined ? "" : `?platform=${platform}`}`;

const sourceOf = ({ revision, dirty, repository }: NonNullable<ProvenanceFacts["source"]>): JsonValue => ({
  ...(repository !== undefined && { uri: `git+${withoutCredentials(repository)}@${revision}` }),
  digest: { gitCommit: revision },
  ...(dirty && { annotations: { dirty } }),
});

const sha256 = (digest: Digest): JsonValue => ({ sha256: hexOf(digest) });
