import { packageEntries } from "../../src/archive/package-entries.ts";
import { writeCanonicalTar } from "../../src/archive/canonical-tar.ts";
import { compressLayer } from "../../src/archive/compress.ts";
import { fileOfBytes } from "../../src/archive/tar-entry.ts";
import { type MetadataDependency, type PackageMetadata } from "../../src/contracts/package-metadata.ts";
import { collectBytes } from "../../src/core/byte-stream.ts";
import type { Digest } from "../../src/core/digest.ts";
import { type PackageName, parsePackageName } from "../../src/core/package-name.ts";
import { MemoryStore } from "../../src/oci/memory-store.ts";
import type { BlobCache } from "../../src/pm/cas/blob-cache.ts";
import type { ArchivedPackage } from "../../src/pm/materialize/closure.ts";
import { type PackageArtifact, packageArtifact, type PackageFacts } from "../../src/pm/registry/package-artifact.ts";

/** A package made for a test: its archive, and what a registry would say of it. */
export interface TestPackage {
  readonly entry: ArchivedPackage;
  readonly metadata: PackageMetadata;
  readonly files: Readonly<Record<string, string>>;
  readonly archive: Uint8Array;
  readonly artifact: PackageArtifact;
}

export interface TestPackageOptions {
  readonly version?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly executables?: readonly string[];
  readonly dependencies?: readonly string[];
  readonly facts?: PackageFacts;
  /** What stands in the archive's `Vox.toml`, when that is not what is published. */
  readonly manifest?: string;
}

/** A library with these files beside its `Vox.toml`, archived and gzipped as publishing does. */
export async function testPackage(nameText: string, options: TestPackageOptions = {}): Promise<TestPackage> {
  const name = parsePackageName(nameText);
  const version = options.version ?? "1.0.0";
  const metadata = testMetadata(name, version, options.dependencies ?? []);
  const files = { ...options.files, "Vox.toml": options.manifest ?? manifestText(metadata) };
  const { blob, archive } = await archiveOf(name, files, options.executables ?? []);
  const artifact = packageArtifact({ metadata, archives: { kind: "neutral", blob }, facts: options.facts ?? {} });
  return { entry: { name, version, ...blob }, metadata, files, archive, artifact };
}

export async function archiveOf(
  name: PackageName,
  files: Readonly<Record<string, string>>,
  executables: readonly string[] = [],
) {
  const contents = Object.entries(files).map(([path, text]) =>
    fileOfBytes(path, new TextEncoder().encode(text), { executable: executables.includes(path) }),
  );
  const layer = compressLayer(writeCanonicalTar(packageEntries(name, contents)), "gzip");
  const archive = await collectBytes(layer.stream, { maxBytes: 2 ** 30, what: "an archive" });
  return { blob: layer.result(), archive };
}

export function testMetadata(name: PackageName, version: string, dependencies: readonly string[]): PackageMetadata {
  const lines = dependencies.map((dependency): MetadataDependency => ({
    name: parsePackageName(dependency),
    requirement: "^1",
    optional: false,
    features: [],
    defaultFeatures: true,
  }));
  return { schemaVersion: 1, name, version, kind: "library", platforms: [], dependencies: lines, skills: [], features: {} };
}

/** A cache in memory; spoiling a blob is putting other bytes under its digest. */
export class MemoryCache extends MemoryStore implements BlobCache {
  async evict(digest: Digest): Promise<void> {
    this.remove(digest);
  }
}

export function cacheOf(...packages: readonly TestPackage[]): MemoryCache {
  const cache = new MemoryCache();
  for (const { archive, entry } of packages) cache.add(archive, entry.mediaType);
  return cache;
}

export const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};

function manifestText(metadata: PackageMetadata): string {
  const asked = metadata.dependencies.map((line) => `${line.name} = "${line.requirement}"\n`).join("");
  return `[package]\nname = "${metadata.name}"\nversion = "${metadata.version}"\n${asked && `[dependencies]\n${asked}`}`;
}
