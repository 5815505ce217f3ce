import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { compressLayer } from "../../../src/archive/compress.ts";
import { packageEntries } from "../../../src/archive/package-entries.ts";
import { fileEntry, fileOfBytes, type TarEntry } from "../../../src/archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../../src/archive/tar-tree.ts";
import { collectBytes, streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { type Platform, platformParts } from "../../../src/core/platform.ts";
import type { OpenBase } from "../../../src/container/base-image/base-image.ts";
import type { BuildPorts } from "../../../src/container/build/native-builder.ts";
import { MemoryLayerCache } from "../../../src/container/build/memory-layer-cache.ts";
import type { ContentReader } from "../../../src/oci/content-store.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { MemoryStore } from "../../../src/oci/memory-store.ts";
import type { ApplicationFile, LockedBaseImage, MaterializedPackage } from "../../../src/project/materialized-project.ts";
import { AMD64, ARM64, BASE_REFERENCE } from "./fixtures.ts";

const OCTETS = "application/octet-stream";

export const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

export async function bytesOf(reader: ContentReader, descriptor: Descriptor): Promise<Buffer> {
  return Buffer.from(await collectBytes(reader.fetch(descriptor), { maxBytes: Infinity, what: "content" }));
}

export const jsonOf = async (reader: ContentReader, descriptor: Descriptor) =>
  JSON.parse((await bytesOf(reader, descriptor)).toString());

/** A package in the store, as publishing would make it. */
export async function addPackage(
  store: MemoryStore,
  name: string,
  change: { version?: string; source?: string; text?: string } = {},
): Promise<MaterializedPackage> {
  const { version = "1.0.0", source = "registry+default", text = name } = change;
  const packageName = parsePackageName(name);
  const files = [
    fileOfBytes("Vox.toml", Buffer.from(`[package]\nname = "${name}"\nversion = "${version}"\n`)),
    fileOfBytes("lib/index.js", Buffer.from(`export default ${JSON.stringify(text)};\n`)),
  ];
  const made = compressLayer(writeCanonicalTar(packageEntries(packageName, files)), "gzip");
  const bytes = await collectBytes(made.stream, { maxBytes: Infinity, what: name });
  const { diffId, mediaType } = made.result();
  const { digest, size } = store.add(bytes, mediaType);
  return {
    name: packageName,
    version,
    source,
    dependencies: [],
    archive: { kind: "neutral", blob: { digest, diffId, mediaType, size } },
  };
}

export function addFile(store: MemoryStore, path: string, text: string, mode: 0o644 | 0o755 = 0o644): ApplicationFile {
  const { digest, size } = store.add(Buffer.from(text), OCTETS);
  return { kind: "file", path, digest, size, mode };
}

export interface BaseDialect {
  readonly index: string;
  readonly manifest: string;
  readonly config: string;
  readonly layer: string;
}

export const OCI_DIALECT: BaseDialect = {
  index: MEDIA_TYPE.imageIndex,
  manifest: MEDIA_TYPE.imageManifest,
  config: MEDIA_TYPE.imageConfig,
  layer: MEDIA_TYPE.layerTarGzip,
};

export const DOCKER_DIALECT: BaseDialect = {
  index: MEDIA_TYPE.dockerManifestList,
  manifest: MEDIA_TYPE.dockerManifest,
  config: MEDIA_TYPE.dockerConfig,
  layer: MEDIA_TYPE.dockerLayerGzip,
};

export interface BaseSketch {
  readonly dialect?: BaseDialect;
  readonly platforms?: readonly Platform[];
  /** Laid over each platform's config. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly layerType?: string;
  /** Members of the one layer, in order; `/etc/os-release` without. */
  readonly entries?: readonly TarEntry[];
  readonly compression?: "gzip" | "none";
}

/** A tiny base in the store: one layer with `/etc/os-release` for each platform, under the tag `22`. */
export async function addBase(store: MemoryStore, sketch: BaseSketch = {}): Promise<LockedBaseImage> {
  const { dialect = OCI_DIALECT, platforms = [AMD64, ARM64] } = sketch;
  const manifests = [];
  for (const platform of platforms)
    manifests.push({ ...(await addBaseManifest(store, platform, sketch)), platform: platformParts(platform) });
  const index = store.add(jsonBytes({ schemaVersion: 2, mediaType: dialect.index, manifests }), dialect.index);
  await store.tag(index, "22");
  return {
    reference: BASE_REFERENCE,
    digest: index.digest,
    platforms: manifests.map((entry, at) => ({ platform: platforms[at] ?? AMD64, digest: entry.digest })),
  };
}

export async function addBaseManifest(store: MemoryStore, platform: Platform, sketch: BaseSketch = {}): Promise<Descriptor> {
  const { dialect = OCI_DIALECT } = sketch;
  const release = fileOfBytes("etc/os-release", Buffer.from(`ID=test\nPLATFORM=${platform}\n`));
  const entries = sketch.entries ?? inArchiveOrder(withParents([fileEntry("etc/os-release", release)], { above: "" }));
  const tar = await collectBytes(writeCanonicalTar(entries), { maxBytes: Infinity, what: "the base layer" });
  const { compression = "gzip" } = sketch;
  const made = compressLayer(streamOf(tar), compression);
  const layerType = compression === "none" ? MEDIA_TYPE.layerTar : dialect.layer;
  const layer = store.add(await collectBytes(made.stream, { maxBytes: Infinity, what: "the base layer" }), layerType);
  const config = store.add(
    jsonBytes({
      ...platformParts(platform),
      created: "2024-05-06T07:08:09Z",
      config: { Env: ["PATH=/usr/bin"], Entrypoint: ["/entry"], Cmd: ["node"], Labels: { maintainer: "base" } },
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
      history: [{ created_by: "ADD rootfs" }, { created_by: "CMD node", empty_layer: true }],
      ...sketch.config,
    }),
    dialect.config,
  );
  const layers = [{ ...layer, mediaType: sketch.layerType ?? layerType }];
  return store.add(jsonBytes({ schemaVersion: 2, mediaType: dialect.manifest, config, layers }), dialect.manifest);
}

export interface World {
  readonly content: MemoryStore;
  readonly base: MemoryStore;
  readonly layers: MemoryLayerCache;
  readonly ports: BuildPorts;
  /** How often the base was opened. */
  readonly opened: () => number;
}

export function newWorld(): World {
  const content = new MemoryStore();
  const base = new MemoryStore();
  const layers = new MemoryLayerCache();
  let opened = 0;
  const open: OpenBase = async () => {
    opened += 1;
    return base;
  };
  const lower = {
    engine: () => Promise.reject(new Error("nothing asks for an engine")),
    records: { read: async () => undefined, write: async () => undefined },
    network: "default",
    anew: false,
  } as const;
  return { content, base, layers, ports: { content, layers, bases: { open }, lower }, opened: () => opened };
}
