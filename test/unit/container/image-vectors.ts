import { readFile, writeFile } from "node:fs/promises";
import { type ByteStream, collectBytes } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { compressLayer } from "../../../src/archive/compress.ts";
import { packageEntries } from "../../../src/archive/package-entries.ts";
import { fileOfBytes } from "../../../src/archive/tar-entry.ts";
import { buildImage } from "../../../src/container/build/native-builder.ts";
import { planImage } from "../../../src/container/plan/image-plan.ts";
import type { ArchiveBlob, MaterializedProject } from "../../../src/project/materialized-project.ts";
import { bytesOf, newWorld } from "./world.ts";

/** One file of `contracts/vectors/image/`: all that decides an image, and what it must be. */
export interface ImageVector {
  readonly description: string;
  readonly options: { readonly voxVersion: string; readonly created?: string };
  /** Application files by digest, as text. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages by `name@version`: their files as text; each archive is made by contracts §4 and compressed by gzip of §7. */
  readonly packages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Documents of the base, the one that its tag names first. */
  readonly base: readonly { readonly mediaType: string; readonly text: string }[];
  readonly project: MaterializedProject;
  readonly expected: ExpectedImage;
}

export interface ExpectedImage {
  readonly index: ExpectedDocument;
  readonly platforms: readonly {
    readonly platform: string;
    readonly manifest: ExpectedDocument;
    readonly config: ExpectedDocument;
    readonly diffIds: readonly string[];
  }[];
}

interface ExpectedDocument {
  readonly digest: string;
  readonly text: string;
}

const FOLDER = new URL("../../../contracts/vectors/image/", import.meta.url);

export const readVector = async (name: string): Promise<ImageVector> =>
  JSON.parse(await readFile(new URL(`${name}.json`, FOLDER), "utf8"));

export const writeVector = (name: string, vector: ImageVector): Promise<void> =>
  writeFile(new URL(`${name}.json`, FOLDER), `${JSON.stringify(vector, null, 2)}\n`);

/** Makes a package's archive from the texts of its files. */
export async function archiveOf(
  title: string,
  files: Readonly<Record<string, string>>,
): Promise<ArchiveBlob & { readonly bytes: Uint8Array }> {
  const name = parsePackageName(title.slice(0, title.indexOf("@")));
  const content = Object.entries(files).map(([path, text]) => fileOfBytes(path, Buffer.from(text)));
  const made = compressLayer(writeCanonicalTar(packageEntries(name, content)), "gzip");
  const bytes = await whole(made.stream);
  const { diffId, digest, mediaType, size } = made.result();
  return { diffId, digest, mediaType, size, bytes };
}

/** Builds what a vector describes. */
export async function buildVector(vector: Omit<ImageVector, "expected">): Promise<ExpectedImage> {
  const world = newWorld();
  for (const text of Object.values(vector.files)) world.content.add(Buffer.from(text), "application/octet-stream");
  for (const [title, files] of Object.entries(vector.packages)) {
    const { bytes, mediaType } = await archiveOf(title, files);
    world.content.add(bytes, mediaType);
  }
  for (const { mediaType, text } of vector.base) world.base.add(Buffer.from(text), mediaType);
  const image = await buildImage(planImage(vector.project, vector.options), world.ports);
  const document = (bytes: Uint8Array): ExpectedDocument => ({ digest: digestOf(bytes), text: Buffer.from(bytes).toString() });
  const platforms = [];
  for (const { platform, manifest } of image.platforms) {
    const manifestBytes = await bytesOf(image.reader, manifest);
    const configBytes = await bytesOf(image.reader, JSON.parse(manifestBytes.toString()).config);
    const diffIds = JSON.parse(configBytes.toString()).rootfs.diff_ids;
    platforms.push({ platform, manifest: document(manifestBytes), config: document(configBytes), diffIds });
  }
  return { index: document(await bytesOf(image.reader, image.root)), platforms };
}

const whole = (stream: ByteStream): Promise<Uint8Array> => collectBytes(stream, { maxBytes: Infinity, what: "an archive" });
