import { withoutCredentials } from "../../core/address-credentials.ts";
import type { JsonValue } from "../../core/canonical-json.ts";
import { type Digest, hexOf } from "../../core/digest.ts";
import { IMAGE_BUILD_TYPE } from "../../core/in-toto.ts";
import type { LockedBaseImage, MaterializedPackage, MaterializedProject } from "../../project/materialized-project.ts";
import { baseName } from "../sbom/base-name.ts";
import { imagePurl, packagePurl } from "../sbom/purl.ts";

/** What of a build the handoff does not hold. */
export interface BuildFacts {
  /** Who ran it, as an address; no address of ours claims more than SLSA level 1. */
  readonly builder: string;
  readonly voxVersion: string;
  /** `build` of [package], which ran before the files were collected. */
  readonly build: readonly string[];
  readonly compressor: string;
  /** SOURCE_DATE_EPOCH, and no other time. */
  readonly startedOn?: string;
}

/** SLSA provenance v1 of an image (https://slsa.dev/spec/v1.0/provenance): nothing of the machine, the user or the clock. */
export const imageProvenance = (project: MaterializedProject, facts: BuildFacts): JsonValue => ({
  buildDefinition: {
    buildType: IMAGE_BUILD_TYPE,
    externalParameters: {
      application: { name: project.identity.name, version: project.identity.version },
      environment: project.deploy.environment,
      build: facts.build,
      container: plainJson(project.deploy.container),
    },
    internalParameters: { compressor: facts.compressor, lock: project.mode },
    resolvedDependencies: [
      ...sourceOf(project),
      { name: "vox.lock", digest: sha256(project.lockDigest), annotations: { closure: project.closureDigest } },
      ...project.baseImages.flatMap(basesOf),
      ...project.packages.flatMap(archivesOf),
    ],
  },
  runDetails: {
    builder: { id: facts.builder, version: { vox: facts.voxVersion } },
    ...(facts.startedOn === undefined ? {} : { metadata: { startedOn: facts.startedOn } }),
  },
});

/** The intent holds settings that are baked into the image, and of secrets only names. */
const plainJson = (value: object): JsonValue => JSON.parse(JSON.stringify(value));

function sourceOf({ identity }: MaterializedProject): readonly JsonValue[] {
  const { repository, revision, dirty } = identity;
  if (revision === undefined) return [];
  return [
    {
      name: "source",
      ...(repository === undefined ? {} : { uri: `git+${withoutCredentials(repository)}@${revision}` }),
      digest: { gitCommit: revision },
      ...(dirty ? { annotations: { dirty } } : {}),
    },
  ];
}

/** What the tag named, and the manifest that each platform was built upon. */
function basesOf({ reference, digest, platforms }: LockedBaseImage): readonly JsonValue[] {
  const { name, tag } = baseName(reference);
  return [
    { name: reference, uri: imagePurl(name, digest, tag), digest: sha256(digest) },
    ...platforms.map((entry) => ({
      name: `${reference}?platform=${entry.platform}`,
      uri: imagePurl(name, entry.digest, tag),
      digest: sha256(entry.digest),
      annotations: { platform: entry.platform },
    })),
  ];
}

function archivesOf(item: MaterializedPackage): readonly JsonValue[] {
  const { name, version, source, archive } = item;
  const blobs = archive.kind === "neutral" ? [{ ...archive.blob, platform: undefined }] : archive.blobs;
  return blobs.map(({ digest, diffId, platform }) => ({
    name: `${name}@${version}${platform === undefined ? "" : `?platform=${platform}`}`,
    uri: packagePurl(item, digest, platform),
    digest: sha256(digest),
    annotations: { diffId, source },
  }));
}

const sha256 = (digest: Digest): JsonValue => ({ sha256: hexOf(digest) });
