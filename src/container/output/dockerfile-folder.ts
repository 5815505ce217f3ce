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
import { type AddedLayer, addLines, imageDockerfile, type ImageDockerfile } from "../dockerfile/image-dockerfile.ts";
import { CONTEXT_FOLDER, ownDockerfile } from "../dockerfile/own-dockerfile.ts";
import { runInstructions } from "../dockerfile/run-instructions.ts";
import type { RunConfig } from "../../oci/image-config.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import type { ImagePlan } from "../plan/image-plan.ts";
import type { LowerDockerfile } from "../plan/lower-plan.ts";

/** What the folder holds. */
export type FolderFile = FolderContent | { readonly kind: "symlink"; readonly path: string; readonly target: string };

export interface FolderContent {
  readonly kind: "file";
  readonly path: string;
  readonly executable: boolean;
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
    files: [...dockerfiles(parts, options.platform), ...contextFiles(plan, image, options), ...tars.values()],
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

const plainFile = (path: string, content: () => ByteStream): FolderContent => ({
  kind: "file",
  path,
  executable: false,
  content,
});

const textFile = (path: string, text: string): FolderFile => plainFile(path, () => streamOf(Buffer.from(text)));

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
  const { lower } = plan;
  const pulled = plan.base.kind === "image" && imageNames(plan.base, platform);
  const below = base?.config.config ?? {};
  if (pulled && base && lower?.kind !== "dockerfile") {
    const made = (from: string) => imageDockerfile({ from, below, lower, layers: added, wanted });
    return { platform, shared: made(pulled.index), own: made(pulled.manifest), tars };
  }
  const carried = base && !pulled ? await baseLayers(base, options) : [];
  const baseAdded = carried.map(({ path }): AddedLayer => ({ file: path, title: "base image" }));
  const allTars = [...carried, ...tars];
  if (lower?.kind === "dockerfile") {
    const before = carried.length === 0 ? [] : baseStage(baseAdded, below);
    const { leftovers } = runInstructions(below, wanted);
    const made = (kind: keyof ImageNames) => ownText({ plan, lower, platform, before, added, kind, leftovers });
    return { platform, shared: made("index"), own: made("manifest"), tars: allTars };
  }
  const text = imageDockerfile({ from: "scratch", below: {}, lower, layers: [...baseAdded, ...added], wanted });
  return { platform, shared: text, own: text, tars: allTars };
}

/** A base that no engine can pull, as a stage that the project's Dockerfile can name. */
const BASE_STAGE = "vox-locked-base";

const baseStage = (layers: readonly AddedLayer[], config: RunConfig): readonly string[] => [
  `FROM scratch AS ${BASE_STAGE}`,
  ...addLines(layers),
  ...runInstructions({}, config).lines,
];

interface OwnText {
  readonly plan: ImagePlan;
  readonly lower: LowerDockerfile;
  readonly platform: Platform;
  readonly before: readonly string[];
  readonly added: readonly AddedLayer[];
  readonly kind: keyof ImageNames;
  /** Of the base. */
  readonly leftovers: readonly string[];
}

function ownText({ plan, lower, platform, before, added, kind, leftovers }: OwnText): ImageDockerfile {
  const nameOf = (locked: LockedBaseImage): string => imageNames(locked, platform)?.[kind] ?? BASE_STAGE;
  const { run, labels } = plan;
  const made = ownDockerfile({ lower, nameOf, before, layers: added, run, labels });
  return { text: made.text, leftovers: [...leftovers, ...made.leftovers] };
}

/** The Dockerfile is there as the project has it, should it be copied. */
function contextFiles({ lower }: ImagePlan, { reader }: BuiltImage, { signal }: TransferOptions): readonly FolderFile[] {
  if (lower?.kind !== "dockerfile") return [];
  const files = lower.context.map((file): FolderFile => {
    const path = `${CONTEXT_FOLDER}/${file.path}`;
    if (file.kind === "symlink") return { kind: "symlink", path, target: file.target };
    const descriptor = { mediaType: "application/octet-stream", digest: file.digest, size: file.size };
    const content = (): ByteStream => reader.fetch(descriptor, { ...(signal && { signal }) });
    return { kind: "file", path, executable: file.mode === 0o755, content };
  });
  return [textFile(`${CONTEXT_FOLDER}/${lower.path}`, lower.text), ...files];
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

interface ImageNames {
  readonly index: string;
  readonly manifest: string;
}

/** A locked image by digest; nothing for one that no engine can pull. */
function imageNames({ reference, digest, platforms }: LockedBaseImage, platform: Platform): ImageNames | undefined {
  const stored = parseStoredBase(reference);
  if (stored.kind === "layout") return undefined;
  const name = formatRepository(stored.reference);
  const manifest = platforms.find((entry) => entry.platform === platform)?.digest ?? digest;
  return { index: `${name}@${digest}`, manifest: `${name}@${manifest}` };
}

const layerPath = ({ diffId }: LayerOf): string => `layers/${shortHexOf(diffId)}.tar`;

const titleOf = ({ annotations }: Descriptor): string =>
  (annotations?.[ANNOTATION.voxPackages] ?? "system files").replace(/\s/g, " ");

/** `ADD` unpacks what it knows to be compressed, and knows no zstd: so none is. */
function layerFile(layer: LayerOf, { reader }: Pick<BaseImage, "reader">, { signal }: TransferOptions): FolderContent {
  const { descriptor } = layer;
  const content = (): ByteStream =>
    decompressLayer(reader.fetch(descriptor, { ...(signal && { signal }) }), compressionOf(descriptor));
  return plainFile(layerPath(layer), content);
}

/** A base in a layout comes along; its whiteouts would be files, since `ADD` takes nothing away. */
async function baseLayers(base: BaseImage, options: TransferOptions): Promise<readonly FolderContent[]> {
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
