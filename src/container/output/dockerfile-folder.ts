import { decompressLayer } from "../../archive/decompress.ts";
import { foreignMembers } from "../../archive/foreign-members.ts";
import { type ByteStream, streamOf } from "../../core/byte-stream.ts";
import { type Digest, shortHexOf } from "../../core/digest.ts";
import { type Platform, platformParts } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { ANNOTATION } from "../../oci/media-types.ts";
import { parseImageConfig } from "../../oci/parse-config.ts";
import { parseImageManifest } from "../../oci/parse-manifest.ts";
import { readContent } from "../../oci/read-content.ts";
import { formatRepository } from "../../oci/reference.ts";
import type { BaseImage } from "../base-image/base-image.ts";
import { parseStoredBase } from "../base-image/base-reference.ts";
import { compressionOf } from "../base-image/layer-compression.ts";
import type { BuiltImage } from "../build/native-builder.ts";
import { type AddedLayer, imageDockerfile, type ImageDockerfile } from "../dockerfile/image-dockerfile.ts";
import type { ImagePlan } from "../plan/image-plan.ts";
import type { LowerSteps } from "../plan/lower-plan.ts";

/** A file of the folder. */
export interface FolderFile {
  readonly path: string;
  readonly content: () => ByteStream;
}

export interface DockerfileFolder {
  readonly files: readonly FolderFile[];
  /** What the base has and the image made of the folder keeps, though Vox.toml takes it away. */
  readonly leftovers: readonly string[];
}

export interface DockerfileOptions extends TransferOptions {
  /** The one that `Dockerfile` is for, where platforms need one each. */
  readonly platform: Platform;
}

/**
 * A folder that `docker build .` makes the image of: a Dockerfile, and each layer that is not the base's as a tar. One Dockerfile does for
 * all platforms whose layers are the same upon a base in a registry; else each has its own, `Dockerfile.arm64`.
 * @throws {VoxError} DEPLOY_UNSUPPORTED, COMPRESSION_UNSUPPORTED, and what reading content can
 */
export async function dockerfileFolder(
  image: BuiltImage,
  plan: ImagePlan,
  options: DockerfileOptions,
): Promise<DockerfileFolder> {
  const parts = await Promise.all(image.platforms.map(({ platform }) => platformPart(image, plan, platform, options)));
  const tars = new Map(parts.flatMap(({ tars: own }) => own.map((file) => [file.path, file] as const)));
  return {
    files: [...dockerfiles(parts, options.platform), ...tars.values()],
    leftovers: [...new Set(parts.flatMap(({ shared }) => shared.leftovers))],
  };
}

interface PlatformPart {
  readonly platform: Platform;
  /** For all platforms, upon the base's index. */
  readonly shared: ImageDockerfile;
  /** For this one alone. */
  readonly own: ImageDockerfile;
  readonly tars: readonly FolderFile[];
}

function dockerfiles(parts: readonly PlatformPart[], platform: Platform): readonly FolderFile[] {
  const [first] = parts;
  if (parts.every(({ shared }) => shared.text === first?.shared.text))
    return [textFile("Dockerfile", first?.shared.text ?? "")];
  const main = parts.find((part) => part.platform === platform) ?? first;
  return parts.map((part) => textFile(part === main ? "Dockerfile" : `Dockerfile.${suffixOf(part.platform)}`, part.own.text));
}

function suffixOf(platform: Platform): string {
  const { architecture, variant } = platformParts(platform);
  return variant === undefined ? architecture : `${architecture}-${variant}`;
}

const textFile = (path: string, text: string): FolderFile => ({ path, content: () => streamOf(Buffer.from(text)) });

async function platformPart(
  image: BuiltImage,
  plan: ImagePlan,
  platform: Platform,
  options: DockerfileOptions,
): Promise<PlatformPart> {
  const { layers, config } = await documentsOf(image, platform, options);
  const base = image.bases.get(platform);
  const own = layers.slice(base?.layers.length ?? 0);
  const tars = own.map((layer) => layerFile(layer, image, options));
  const wanted = config.config ?? {};
  const added = own.map((layer): AddedLayer => ({ file: layerPath(layer), title: titleOf(layer.descriptor) }));
  const lower = stepsOf(plan);
  const from = fromOf(plan, platform);
  if (from && base) {
    const below = base.config.config ?? {};
    const shared = imageDockerfile({ from: from.index, below, lower, layers: added, wanted });
    return { platform, shared, own: imageDockerfile({ from: from.manifest, below, lower, layers: added, wanted }), tars };
  }
  const below = base ? await baseLayers(base, options) : [];
  const belowAdded = below.map(({ path }): AddedLayer => ({ file: path, title: "base image" }));
  const text = imageDockerfile({ from: "scratch", below: {}, lower, layers: [...belowAdded, ...added], wanted });
  return { platform, shared: text, own: text, tars: [...below, ...tars] };
}

/** A Dockerfile of the project's own would need its context in the folder too. */
function stepsOf({ lower }: ImagePlan): LowerSteps | undefined {
  if (lower?.kind !== "dockerfile") return lower;
  throw new VoxError("DEPLOY_UNSUPPORTED", "`--format dockerfile` is not for a project with a `dockerfile` of its own", {
    hint: "run `vox package`, which writes an image layout",
  });
}

interface LayerOf {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
}

async function documentsOf(image: BuiltImage, platform: Platform, options: TransferOptions) {
  const found = image.platforms.find((entry) => entry.platform === platform);
  if (!found) throw new VoxError("INTERNAL", `the image has no \`${platform}\``);
  const what = `the manifest of \`${platform}\``;
  const manifest = parseImageManifest(await readContent(image.reader, found.manifest, options), { what });
  const config = parseImageConfig(await readContent(image.reader, manifest.config, options), `the config of \`${platform}\``);
  return { config, layers: layersOf(manifest.layers, config.rootfs.diff_ids) };
}

const layersOf = (descriptors: readonly Descriptor[], diffIds: readonly Digest[]): readonly LayerOf[] =>
  descriptors.flatMap((descriptor, index) => {
    const diffId = diffIds[index];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });

/** The locked base by digest; nothing for a base that no engine can pull. */
function fromOf({ base }: ImagePlan, platform: Platform): { readonly index: string; readonly manifest: string } | undefined {
  if (base.kind === "scratch") return undefined;
  const stored = parseStoredBase(base.reference);
  if (stored.kind === "layout") return undefined;
  const name = formatRepository(stored.reference);
  const manifest = base.platforms.find((entry) => entry.platform === platform)?.digest ?? base.digest;
  return { index: `${name}@${base.digest}`, manifest: `${name}@${manifest}` };
}

const layerPath = ({ diffId }: LayerOf): string => `layers/${shortHexOf(diffId)}.tar`;

const titleOf = ({ annotations }: Descriptor): string =>
  (annotations?.[ANNOTATION.voxPackages] ?? "system files").replace(/\s/g, " ");

/** `ADD` unpacks what it knows to be compressed, and knows no zstd: so none is. */
function layerFile(layer: LayerOf, { reader }: Pick<BaseImage, "reader">, { signal }: TransferOptions): FolderFile {
  const { descriptor } = layer;
  const content = (): ByteStream =>
    decompressLayer(reader.fetch(descriptor, { ...(signal && { signal }) }), compressionOf(descriptor));
  return { path: layerPath(layer), content };
}

/** A base in a layout comes along; its whiteouts would be files, since `ADD` takes nothing away. */
async function baseLayers(base: BaseImage, options: TransferOptions): Promise<readonly FolderFile[]> {
  const files = layersOf(base.layers, base.config.rootfs.diff_ids).map((layer) => layerFile(layer, base, options));
  for (const { content } of files)
    for await (const { path } of foreignMembers(content())) if (/(?:^|\/)\.wh\./.test(path)) throw hasWhiteouts(path);
  return files;
}

const hasWhiteouts = (path: string): VoxError =>
  new VoxError(
    "DEPLOY_UNSUPPORTED",
    `a layer of the base takes files away (\`${path}\`), which \`ADD\` in a Dockerfile cannot do`,
    {
      hint: "push the base to a registry and name it there in `base_image`",
    },
  );
