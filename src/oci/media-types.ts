/** Media types that vox writes or reads: OCI image-spec 1.1 media-types.md, Docker image manifest v2 schema 2, contracts §5 and §7. */
export const MEDIA_TYPE = {
  imageIndex: "application/vnd.oci.image.index.v1+json",
  imageManifest: "application/vnd.oci.image.manifest.v1+json",
  imageConfig: "application/vnd.oci.image.config.v1+json",
  layerTar: "application/vnd.oci.image.layer.v1.tar",
  layerTarGzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  layerTarZstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  empty: "application/vnd.oci.empty.v1+json",
  dockerManifestList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayerGzip: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  dockerForeignLayerGzip: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  inToto: "application/vnd.in-toto+json",
  voxPackage: "application/vnd.vox.package.v1",
  voxYank: "application/vnd.vox.yank.v1",
  voxDeployment: "application/vnd.vox.deployment.v1",
  voxIndex: "application/vnd.vox.index.v1",
  voxIndexShard: "application/vnd.vox.index.shard.v1+jsonl",
} as const;

export const ANNOTATION = {
  title: "org.opencontainers.image.title",
  version: "org.opencontainers.image.version",
  description: "org.opencontainers.image.description",
  licenses: "org.opencontainers.image.licenses",
  source: "org.opencontainers.image.source",
  revision: "org.opencontainers.image.revision",
  created: "org.opencontainers.image.created",
  documentation: "org.opencontainers.image.documentation",
  vendor: "org.opencontainers.image.vendor",
  authors: "org.opencontainers.image.authors",
  url: "org.opencontainers.image.url",
  refName: "org.opencontainers.image.ref.name",
  baseName: "org.opencontainers.image.base.name",
  baseDigest: "org.opencontainers.image.base.digest",
  predicateType: "in-toto.io/predicate-type",
  bundleContent: "dev.sigstore.bundle.content",
  bundlePredicateType: "dev.sigstore.bundle.predicateType",
  cosignSignature: "dev.cosignproject.cosign/signature",
  voxPackage: "dev.vox.package",
  voxDeployment: "dev.vox.deployment",
  voxIndexShard: "dev.vox.index.shard",
  voxPackages: "dev.vox.packages",
  voxLockDigest: "dev.vox.lock.digest",
  voxImageFormat: "dev.vox.image-format",
  voxVersion: "dev.vox.version",
} as const;

const MANIFEST_TYPES: ReadonlySet<string> = new Set([
  MEDIA_TYPE.imageIndex,
  MEDIA_TYPE.imageManifest,
  MEDIA_TYPE.dockerManifestList,
  MEDIA_TYPE.dockerManifest,
]);

/** Whether content of this type is addressed by `/manifests/` rather than `/blobs/`. */
export const isManifestType = (mediaType: string): boolean => MANIFEST_TYPES.has(mediaType);

export const isIndexType = (mediaType: string): boolean =>
  mediaType === MEDIA_TYPE.imageIndex || mediaType === MEDIA_TYPE.dockerManifestList;
