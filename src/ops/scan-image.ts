import { capBytes } from "../archive/read-package-archive.ts";
import { decompressLayer } from "../archive/decompress.ts";
import { foreignEntries } from "../archive/foreign-members.ts";
import { compressionOf } from "../container/base-image/layer-compression.ts";
import type { ByteStream } from "../core/byte-stream.ts";
import type { Digest } from "../core/digest.ts";
import type { JsonValue } from "../core/canonical-json.ts";
import { parseJson } from "../core/json-cursor.ts";
import { nestsDeeper } from "../core/json-depth.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { ContentReader, TransferOptions } from "../oci/content-store.ts";
import type { Descriptor } from "../oci/descriptor.ts";
import { ANNOTATION } from "../oci/media-types.ts";
import { readContent } from "../oci/read-content.ts";
import { type DocumentSecret, secretsInDocuments } from "../policy/secrets/document-secrets.ts";
import { SCANNER_VERSION } from "../policy/secrets/rules.ts";
import type { SecretFinding } from "../policy/secrets/secret-rule.ts";
import { SecretScan } from "../policy/secrets/secret-scan.ts";
import type { CachePorts, RunPorts } from "./ports.ts";
import type { ReadImage } from "./read-image.ts";

/** A secret in an image; never the secret itself. */
export type ImageSecret = DocumentSecret | LayerSecret;

export interface LayerSecret extends SecretFinding {
  readonly kind: "file";
  readonly layer: Digest;
}

export interface ScanImageOptions {
  /** How many layers of each platform are the base's, which is somebody else's; unless said, those below the first that vox made. */
  readonly baseLayers?: number;
}

/** No document of an image nests deeper. */
const MAX_DEPTH = 64;

/**
 * Looks for secrets in what an image holds: the files of every layer above the base, and every text of its index, manifests and configs, what the
 * base says there included. A layer that was clean is not read again.
 * @throws {VoxError} OCI_INVALID, ARCHIVE_INVALID, ARCHIVE_TOO_LARGE, COMPRESSION_UNSUPPORTED, and what reading throws
 */
export async function secretsInImage(
  reader: ContentReader,
  image: Pick<ReadImage, "root" | "platforms">,
  options: ScanImageOptions,
  ports: Pick<CachePorts, "facts"> & Pick<RunPorts, "signal">,
): Promise<readonly ImageSecret[]> {
  const { platforms } = image;
  const documents = [...platforms.flatMap(({ manifest, document }) => [document.config, manifest]), image.root];
  const found: ImageSecret[] = [...(await secretsOfDocuments(reader, documents, ports))];
  const layers = new Map(platforms.flatMap(({ document }) => layersAbove(document.layers, options)));
  for (const layer of layers.values()) found.push(...(await secretsInLayer(reader, layer, ports)));
  return found;
}

/** @throws {VoxError} OCI_INVALID, and what reading throws */
export async function secretsOfDocuments(
  reader: ContentReader,
  documents: readonly Descriptor[],
  options: TransferOptions,
): Promise<readonly DocumentSecret[]> {
  const texts: JsonValue[] = [];
  for (const descriptor of documents) {
    const what = `\`${descriptor.digest}\``;
    const bytes = await readContent(reader, descriptor, options);
    if (nestsDeeper(bytes, MAX_DEPTH)) throw new VoxError("OCI_INVALID", `${what} nests deeper than ${MAX_DEPTH} levels`);
    texts.push(parseJson(bytes, { code: "OCI_INVALID", what }).json());
  }
  return secretsInDocuments(texts);
}

/** For people: `API_TOKEN` of the environment, or the file with its line. */
export function tellPlace(secret: ImageSecret): string {
  switch (secret.kind) {
    case "file":
      return `\`${secret.path}:${secret.line}\` in the layer \`${secret.layer}\``;
    case "environment":
      return `the variable \`${secret.name}\` of the environment`;
    case "label":
    case "annotation":
      return `the ${secret.kind} \`${secret.name}\``;
    case "command":
      return `the command, \`${secret.name}\``;
    case "history":
    case "setting":
      return `\`${secret.name}\` of the config`;
  }
}

function layersAbove(
  layers: readonly Descriptor[],
  { baseLayers }: ScanImageOptions,
): readonly (readonly [Digest, Descriptor])[] {
  const named = layers.findIndex(({ annotations }) => annotations?.[ANNOTATION.voxPackages] !== undefined);
  return layers.slice(baseLayers ?? Math.max(named, 0)).map((layer) => [layer.digest, layer] as const);
}

async function secretsInLayer(
  reader: ContentReader,
  layer: Descriptor,
  { facts, signal }: Pick<CachePorts, "facts"> & Pick<RunPorts, "signal">,
): Promise<readonly LayerSecret[]> {
  const key = `layer clean of secrets, by rules ${SCANNER_VERSION}: ${layer.digest}`;
  if ((await facts.fact(key)) !== undefined) return [];
  const { mediaType, digest, size } = layer;
  const blob = reader.fetch({ mediaType, digest, size }, { signal });
  const tar = capped(decompressLayer(blob, compressionOf(layer)), capBytes(size), digest);
  const found: LayerSecret[] = [];
  for await (const { member, isFile, content } of foreignEntries(tar)) {
    if (!isFile) continue;
    const scan = new SecretScan(member.path.replace(/^(?:\.?\/)+/, ""));
    for await (const chunk of content) {
      signal.throwIfAborted();
      scan.update(chunk);
    }
    found.push(...scan.end().map((finding): LayerSecret => ({ kind: "file", layer: digest, ...finding })));
  }
  // A cache that cannot be written costs time at the next run and nothing else.
  if (found.length === 0) await facts.keepFact(key, "").catch(() => undefined);
  return found;
}

async function* capped(tar: ByteStream, maxBytes: number, layer: Digest): ByteStream {
  let sizeBytes = 0;
  for await (const chunk of tar) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes)
      throw new VoxError("ARCHIVE_TOO_LARGE", `the layer \`${layer}\` unpacks to more than ${maxBytes} bytes`);
    yield chunk;
  }
}
