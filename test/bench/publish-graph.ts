import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestFromHex } from "../../src/core/digest.ts";
import { parsePackageName } from "../../src/core/package-name.ts";
import type { MetadataDependency, PackageMetadata } from "../../src/contracts/package-metadata.ts";
import { withTag, EMPTY_LAYOUT_INDEX, formatLayoutIndex } from "../../src/oci/layout-index.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { packageArtifact, type PackageArtifact } from "../../src/pm/registry/package-artifact.ts";
import { versionTag } from "../../src/pm/registry/version-tag.ts";
import { normaliseRange } from "../../src/pm/manifest/requirement.ts";
import { indexEntryOf } from "../../src/pm/registry/index/index-entry.ts";
import { replaceIndex } from "../../src/pm/registry/index/update-index.ts";
import type { IndexEntry } from "../../src/contracts/index-entry.ts";
import { metadataFeatures, metadataRequirements } from "../../src/pm/registry/metadata-requirements.ts";
import type { LoopbackRegistry } from "../support/loopback-registry.ts";
import { archiveOf } from "../support/published-package.ts";
import type { GraphVersion, PackageGraph } from "./graph.ts";

export interface PublishedGraph {
  readonly entries: readonly IndexEntry[];
  readonly artifacts: ReadonlyMap<string, readonly PackageArtifact[]>;
  /** The archives by the hex digits of their digest. */
  readonly archives: ReadonlyMap<string, Uint8Array>;
}

/** What a registry would hold of the graph. The archives of all but real graphs are tiny; they hold their `Vox.toml` and nothing else. */
export async function artifactsOf(graph: PackageGraph, options: { readonly archives: boolean }): Promise<PublishedGraph> {
  const artifacts = new Map<string, readonly PackageArtifact[]>();
  const archives = new Map<string, Uint8Array>();
  const entries: IndexEntry[] = [];
  for (const [name, versions] of graph.packages) {
    const made: PackageArtifact[] = [];
    for (const item of versions) {
      const metadata = metadataOf(name, item);
      const { blob, archive } = options.archives
        ? await archiveOf(metadata.name, manifestFiles(name, item))
        : claimed(name, item);
      const artifact = packageArtifact({ metadata, archives: { kind: "neutral", blob }, facts: {} });
      made.push(artifact);
      archives.set(blob.digest.slice(7), archive);
      entries.push(entryOf(artifact, blob));
    }
    artifacts.set(name, made);
  }
  return { entries, artifacts, archives };
}

/** A `file:` registry, written without locks and renames: nobody else is looking. */
export async function writeFolderRegistry(dir: string, published: PublishedGraph): Promise<void> {
  for (const [name, artifacts] of published.artifacts) {
    const blobs = join(dir, name, "blobs/sha256");
    await mkdir(blobs, { recursive: true });
    let index = EMPTY_LAYOUT_INDEX;
    for (const artifact of artifacts) {
      for (const { descriptor, bytes } of artifact.documents) await writeFile(join(blobs, descriptor.digest.slice(7)), bytes);
      for (const { digest } of artifact.archives) {
        await writeFile(join(blobs, digest.slice(7)), published.archives.get(digest.slice(7)) ?? new Uint8Array());
      }
      index = withTag(index, artifact.root.descriptor, versionTag(artifact.metadata.version));
    }
    await writeFile(join(dir, name, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(dir, name, "index.json"), formatLayoutIndex(index));
  }
}

export const writeFolderIndex = (dir: string, { entries }: PublishedGraph) =>
  replaceIndex(new FsLayoutStore(join(dir, "vox-index")), entries);

export async function fillLoopbackRegistry(
  registry: LoopbackRegistry,
  prefix: string,
  published: PublishedGraph,
): Promise<void> {
  for (const [name, artifacts] of published.artifacts) {
    const store = registry.repository(`${prefix}/${name}`);
    for (const artifact of artifacts) {
      for (const { descriptor, bytes } of artifact.documents) store.add(bytes, descriptor.mediaType);
      for (const { digest, mediaType } of artifact.archives) {
        const bytes = published.archives.get(digest.slice(7));
        if (bytes) store.add(bytes, mediaType);
      }
      await store.tag(artifact.root.descriptor, versionTag(artifact.metadata.version));
    }
  }
}

export const fillLoopbackIndex = (
  registry: LoopbackRegistry,
  prefix: string,
  { entries }: PublishedGraph,
): Promise<Descriptor> => replaceIndex(registry.repository(`${prefix}/vox-index`), entries);

export const manifestText = (name: string, kind: string, asks: Readonly<Record<string, string>>, version = "1.0.0"): string =>
  [`[package]`, `name = "${name}"`, `version = "${version}"`, `kind = "${kind}"`, "", "[dependencies]"]
    .concat(Object.entries(asks).map(([dependency, range]) => `${dependency} = "${range}"`))
    .join("\n") + "\n";

const manifestFiles = (name: string, { version, asks }: GraphVersion) => ({
  "Vox.toml": manifestText(name, "library", asks, version),
});

/** An archive that nobody fetches. */
function claimed(name: string, { version }: GraphVersion) {
  const hex = createHash("sha256").update(`${name}@${version}`).digest("hex");
  const digest = digestFromHex(hex);
  const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip" as const;
  return { blob: { digest, diffId: digest, mediaType, size: 1000 }, archive: new Uint8Array() };
}

function metadataOf(name: string, { version, asks }: GraphVersion): PackageMetadata {
  const dependencies = Object.entries(asks).map(([dependency, range]): MetadataDependency => ({
    name: parsePackageName(dependency),
    requirement: normaliseRange(range),
    optional: false,
    features: [],
    defaultFeatures: true,
  }));
  return {
    schemaVersion: 1,
    name: parsePackageName(name),
    version,
    kind: "library",
    platforms: [],
    dependencies,
    skills: [],
    features: {},
  };
}

function entryOf({ metadata, root }: PackageArtifact, blob: Awaited<ReturnType<typeof archiveOf>>["blob"]): IndexEntry {
  const { digest, diffId, mediaType, size } = blob;
  const archive = { manifest: root.descriptor.digest, digest, diffId, mediaType, size };
  return indexEntryOf(
    {
      name: metadata.name,
      version: metadata.version,
      kind: "library",
      root: root.descriptor,
      archives: { kind: "neutral", archive },
      requirements: metadataRequirements(metadata, "default"),
      features: metadataFeatures(metadata),
      metadata,
    },
    false,
  );
}
