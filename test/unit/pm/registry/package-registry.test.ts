import { describe, expect, it } from "vitest";
import type { Descriptor } from "../../../../src/oci/descriptor.ts";
import { ANNOTATION, MEDIA_TYPE } from "../../../../src/oci/media-types.ts";
import { MemoryStore } from "../../../../src/oci/memory-store.ts";
import { digestOf } from "../../../../src/core/digest.ts";
import { parsePackageName } from "../../../../src/core/package-name.ts";
import { parsePlatform } from "../../../../src/core/platform.ts";
import { packageMetadataText } from "../../../../src/contracts/package-metadata.ts";
import { descriptorJson, ociDocument, packageArtifact } from "../../../../src/pm/registry/package-artifact.ts";
import { PackageRegistry } from "../../../../src/pm/registry/package-registry.ts";
import { publishPackage } from "../../../../src/pm/registry/publish.ts";
import { archiveOf, cacheOf, testMetadata, testPackage } from "../../../support/published-package.ts";

const ROUTER = parsePackageName("http-router");
const CONFIG = { os: "linux", architecture: "unknown", rootfs: { type: "layers", diff_ids: [digestOf("tar")] } };
const METADATA = testMetadata(ROUTER, "1.0.0", []);
const LABELS = { config: { Labels: { [ANNOTATION.voxPackage]: packageMetadataText(METADATA) } } };
const LAYER: Descriptor = { mediaType: MEDIA_TYPE.layerTarGzip, digest: digestOf("gz"), size: 2 };

const registryOf = (repository: MemoryStore): PackageRegistry =>
  new PackageRegistry({ name: "corp", repositoryFor: () => repository });

async function tagManifest(repository: MemoryStore, tag: string, manifest: Parameters<typeof ociDocument>[1]) {
  const document = ociDocument(MEDIA_TYPE.imageManifest, manifest);
  repository.add(document.bytes, MEDIA_TYPE.imageManifest);
  await repository.tag(document.descriptor, tag);
}

interface ManifestParts {
  readonly config?: Parameters<typeof ociDocument>[1];
  readonly layers?: readonly Descriptor[];
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly data?: string;
}

async function publishByHand(parts: ManifestParts): Promise<MemoryStore> {
  const repository = new MemoryStore();
  const config = ociDocument(MEDIA_TYPE.imageConfig, parts.config ?? { ...CONFIG, ...LABELS });
  repository.add(config.bytes, MEDIA_TYPE.imageConfig);
  await tagManifest(repository, "1.0.0", {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.imageManifest,
    artifactType: parts.artifactType ?? MEDIA_TYPE.voxPackage,
    config: { ...Object(descriptorJson(config.descriptor)), data: parts.data },
    layers: (parts.layers ?? [LAYER]).map(descriptorJson),
    annotations: parts.annotations ?? {},
  });
  return repository;
}

describe("reading a version", () => {
  it("takes the config from its blob when the manifest does not carry it", async () => {
    const release = await registryOf(await publishByHand({})).release(ROUTER, "1.0.0");
    expect(release?.metadata).toEqual(METADATA);
  });

  it("keeps requirements on the registry that the package is from", async () => {
    const made = await testPackage("http-router", { dependencies: ["tokenizer"] });
    const repository = new MemoryStore();
    await publishPackage(repository, made.artifact, cacheOf(made));
    const release = await registryOf(repository).release(ROUTER, "1.0.0");
    expect(release?.requirements).toEqual([
      {
        name: "tokenizer",
        scope: "normal",
        source: { kind: "registry", registry: "corp", range: "^1" },
        features: [],
        defaultFeatures: true,
        optional: false,
      },
    ]);
  });

  const BROKEN: readonly (readonly [string, ManifestParts, string])[] = [
    ["is of another artifact type", { artifactType: "application/x" }, "OCI_INVALID"],
    ["has two layers", { layers: [LAYER, LAYER] }, "OCI_INVALID"],
    ["has no layer", { layers: [] }, "OCI_INVALID"],
    ["has a layer that is no archive", { layers: [{ ...LAYER, mediaType: "text/plain" }] }, "OCI_INVALID"],
    ["has no metadata", { config: CONFIG }, "OCI_INVALID"],
    [
      "has metadata that is not JSON",
      { config: { ...CONFIG, config: { Labels: { [ANNOTATION.voxPackage]: "{" } } } },
      "OCI_INVALID",
    ],
    ["has a config of other data", { data: Buffer.from("{}").toString("base64") }, "CONTENT_MISMATCH"],
    ["is annotated as another package", { annotations: { [ANNOTATION.title]: "other" } }, "OCI_INVALID"],
    ["is annotated as another version", { annotations: { [ANNOTATION.version]: "1.0.1" } }, "OCI_INVALID"],
    [
      "holds the metadata of another package",
      {
        config: {
          ...CONFIG,
          config: {
            Labels: { [ANNOTATION.voxPackage]: packageMetadataText(testMetadata(parsePackageName("other"), "1.0.0", [])) },
          },
        },
      },
      "OCI_INVALID",
    ],
    [
      "declares platforms without an index",
      {
        config: {
          ...CONFIG,
          config: { Labels: { [ANNOTATION.voxPackage]: JSON.stringify({ ...METADATA, platforms: ["linux/amd64"] }) } },
        },
      },
      "OCI_INVALID",
    ],
  ];

  it.each(BROKEN)("fails when it %s, and says which package of which registry", async (_, parts, code) => {
    const release = registryOf(await publishByHand(parts)).release(ROUTER, "1.0.0");
    await expect(release).rejects.toMatchObject({
      code,
      message: expect.stringContaining("`http-router@1.0.0` in registry `corp`"),
    });
  });

  it("finds one archive for each platform in an index", async () => {
    const amd64 = await archiveOf(ROUTER, { "Vox.toml": "a" });
    const arm64 = await archiveOf(ROUTER, { "Vox.toml": "b" });
    const platforms = [parsePlatform("linux/amd64"), parsePlatform("linux/arm64")];
    const [first, second] = platforms;
    if (!first || !second) throw new Error("two platforms");
    const artifact = packageArtifact({
      metadata: { ...METADATA, platforms },
      archives: {
        kind: "by-platform",
        blobs: [
          { ...arm64.blob, platform: second },
          { ...amd64.blob, platform: first },
        ],
      },
      facts: {},
    });
    const repository = new MemoryStore();
    const blobs = new MemoryStore();
    for (const { archive, blob } of [amd64, arm64]) blobs.add(archive, blob.mediaType);
    await publishPackage(repository, artifact, blobs);
    const release = await registryOf(repository).release(ROUTER, "1.0.0");
    expect(release?.archives).toMatchObject({
      kind: "by-platform",
      archives: [
        { ...amd64.blob, platform: "linux/amd64", manifest: artifact.documents[1]?.descriptor.digest },
        { ...arm64.blob, platform: "linux/arm64", manifest: artifact.documents[3]?.descriptor.digest },
      ],
    });
  });
});

describe("the versions of a package", () => {
  it("are the semver tags, lowest first; other tags are ignored", async () => {
    const repository = await publishByHand({});
    const descriptor = await repository.resolve("1.0.0");
    if (!descriptor) throw new Error("it was tagged");
    for (const tag of ["latest", "v2", "1.0.0-rc.1", "1.10.0", "1.9.0_b", "vox.deploy.x", "sha256-0.sig"])
      await repository.tag(descriptor, tag);
    const versions = await registryOf(repository).versions(ROUTER);
    expect(versions.map((entry) => entry.version)).toEqual(["1.0.0-rc.1", "1.0.0", "1.9.0+b", "1.10.0"]);
  });

  it("fail when a yank mark cannot be understood, rather than count as good", async () => {
    const repository = await publishByHand({});
    const descriptor = await repository.resolve("1.0.0");
    if (!descriptor) throw new Error("it was tagged");
    await repository.tag(descriptor, "yank_1.0.0");
    await expect(registryOf(repository).versions(ROUTER)).rejects.toMatchObject({ code: "OCI_INVALID" });
  });
});
