import { writeCanonicalTar } from "../archive/canonical-tar.ts";
import { COMPRESSOR_NAME, compressLayer } from "../archive/compress.ts";
import { proveCompressor } from "../archive/compressor-proof.ts";
import { refuseMachineCode } from "../archive/machine-code.ts";
import { packageEntries } from "../archive/package-entries.ts";
import { readPackageArchive } from "../archive/read-package-archive.ts";
import { type ContentFile, fileOfBytes } from "../archive/tar-entry.ts";
import type { MadeLayer } from "../container/build/layer-cache.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { digestOf } from "../core/digest.ts";
import { MANIFEST_FILE } from "../core/manifest-file.ts";
import type { PackageName } from "../core/package-name.ts";
import type { Platform } from "../core/platform.ts";
import { sortedByUtf8 } from "../core/text-order.ts";
import { digestFiles, packageContent, setIdPaths } from "../pm/files/content.ts";
import type { SelectedFile } from "../pm/files/list-project-files.ts";
import { filesForPlatform } from "../pm/files/platform-files.ts";
import type { PackageManifest } from "../pm/manifest/manifest.ts";
import { normalisedManifestText } from "../pm/manifest/normalise-manifest.ts";
import type { ApplicationFile, ArchiveBlob } from "../project/materialized-project.ts";
import { listMemberFiles } from "./member-files.ts";
import type { OpenProject } from "./open-project.ts";
import type { CachePorts, FolderPorts, OpenFolder } from "./ports.ts";
import { provedReader } from "./project-content.ts";
import type { FolderContent } from "./scan-secrets.ts";

/** A package of the workspace as it would be published: its archives are in the cache. */
export interface PackedPackage {
  readonly manifest: PackageManifest;
  readonly archives:
    | { readonly kind: "neutral"; readonly blob: ArchiveBlob }
    | { readonly kind: "by-platform"; readonly blobs: readonly (ArchiveBlob & { readonly platform: Platform })[] };
}

export interface PackOptions {
  /** The registry that it is published to; `default` for a snapshot of a folder. */
  readonly registry: string;
  /** Sees the files before anything is made of them, and may refuse them. */
  readonly inspect?: InspectContent;
}

export type InspectContent = (content: FolderContent) => Promise<void>;

type PackPorts = FolderPorts & Pick<CachePorts, "layers">;

/** Raised when the archive of the same content changes. */
const PACK_FORMAT = 1;

/**
 * Makes the canonical archives of a package in a folder, once for the same content (contracts, §4).
 * @throws {VoxError} ARCHIVE_PATH, FILE_KIND, FILE_CHANGED, PLATFORM_UNDECLARED, COMPRESSOR_DIFFERS
 */
export async function packPackage(
  project: OpenProject,
  member: { readonly path: string; readonly manifest: PackageManifest },
  options: PackOptions,
  ports: PackPorts,
): Promise<PackedPackage> {
  const { manifest } = member;
  const { name, platforms } = manifest.package;
  const { files, opened } = await listMemberFiles(project, member, { symlinks: "refuse", outputDirs: [] }, ports);
  const digests = await digestFiles(opened.reader, files);
  const reader = provedReader(opened.reader, digests);
  await options.inspect?.({
    name,
    path: member.path,
    reader,
    files: digests,
    setId: setIdPaths(files),
    capable: opened.capable,
  });
  const job = { name, manifestText: normalisedText(project, manifest, options), opened: { reader }, digests };
  const pack = (selected: readonly PlacedFile[], declared: readonly Platform[]): Promise<ArchiveBlob> =>
    packFiles({ ...job, files: selected, platforms: declared }, ports);
  if (platforms.length === 0) return { manifest, archives: { kind: "neutral", blob: await pack(files.map(inPlace), []) } };
  const blobs: (ArchiveBlob & { readonly platform: Platform })[] = [];
  for (const platform of sortedByUtf8(platforms, (name) => name)) {
    blobs.push({ platform, ...(await pack(filesForPlatform(files, platforms, platform), platforms)) });
  }
  return { manifest, archives: { kind: "by-platform", blobs } };
}

/** A file and where it is to stand: a platform's own files are moved up. */
interface PlacedFile {
  readonly path: string;
  readonly source: SelectedFile;
}

/** What decides an archive's bytes. */
export interface PackJob {
  readonly name: PackageName;
  readonly manifestText: string;
  readonly files: readonly PlacedFile[];
  readonly opened: Pick<OpenFolder, "reader">;
  readonly platforms: readonly Platform[];
}

const inPlace = (source: SelectedFile): PlacedFile => ({ path: source.path, source });

/** And what is known of its content before it is made. */
interface DigestedJob extends PackJob {
  readonly digests: readonly ApplicationFile[];
}

async function packFiles(job: DigestedJob, ports: PackPorts): Promise<ArchiveBlob> {
  const key = packKey(job);
  const made = (await ports.layers.find(key)) ?? (await makeArchive(job, ports));
  await ports.layers.record(key, made);
  const { digest, mediaType, size } = made.descriptor;
  return { digest, mediaType, size, diffId: made.diffId };
}

/** Known before the archive is made: the digest of all that decides its bytes. */
function packKey({ name, manifestText, files, digests, platforms }: DigestedJob) {
  const digested = new Map(digests.map((file) => [file.path, file]));
  const members = files.map(({ path, source }) => ({ ...digested.get(source.path), path }));
  const content = {
    kind: "package",
    format: PACK_FORMAT,
    name,
    manifest: manifestText,
    platforms,
    members,
    compressor: COMPRESSOR_NAME.gzip,
  };
  return digestOf(canonicalJson(content));
}

/**
 * Writes the archive into the cache and reads it back by the rules that every reader of it will apply.
 * @throws {VoxError} ARCHIVE_PATH, FILE_CHANGED, PLATFORM_UNDECLARED, COMPRESSOR_DIFFERS
 */
export async function makeArchive(job: PackJob, { layers }: Pick<CachePorts, "layers">): Promise<MadeLayer> {
  await proveCompressor();
  const compressor = compressLayer(writeCanonicalTar(packageEntries(job.name, contentOf(job))), "gzip");
  await layers.blobs.ingest(compressor.stream);
  const { diffId, digest, size, mediaType } = compressor.result();
  const descriptor = { digest, size, mediaType };
  const expected = { name: job.name, mediaType, sizeBytes: size, diffId };
  const archive = await readPackageArchive(layers.blobs.fetch(descriptor), expected, () => Promise.resolve());
  refuseMachineCode(archive.machineCode, job.platforms);
  return { descriptor, diffId };
}

function contentOf({ manifestText, files, opened }: PackJob): readonly ContentFile[] {
  const selected = packageContent(
    opened.reader,
    files.map(({ source }) => source),
  );
  const placed = selected.map((file, index) => ({ ...file, path: files[index]?.path ?? file.path }));
  const manifest = fileOfBytes(MANIFEST_FILE, new TextEncoder().encode(manifestText));
  return [...placed.filter(({ path }) => path !== MANIFEST_FILE), manifest];
}

/** The Vox.toml that the archive holds. */
export const normalisedText = (project: OpenProject, manifest: PackageManifest, { registry }: PackOptions): string =>
  normalisedManifestText(manifest, { registry, versionOf: (name) => versionIn(project, name) });

const versionIn = ({ workspace }: OpenProject, name: PackageName): string | undefined =>
  [...workspace.members, ...workspace.pathPackages].find(({ manifest }) => manifest.package.name === name)?.manifest.package
    .version;
