import type { Digest } from "../../core/digest.ts";
import { isPackageName } from "../../core/package-name.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ImageManifest } from "../../oci/image-manifest.ts";
import { ANNOTATION, isIndexType } from "../../oci/media-types.ts";
import { parseImageManifest } from "../../oci/parse-manifest.ts";
import { type ImageReference, parseImageReference, type RegistryBase, repositoryUnder } from "../../oci/reference.ts";
import { readContent } from "../../oci/read-content.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import { contentOf, manifestsOf } from "../build/image-graph.ts";

export interface LayoutMountWish extends TransferOptions {
  /** Where the image goes. */
  readonly to: Pick<ImageReference, "registry" | "repository">;
  /** Of packages, where it is known. */
  readonly packages?: RegistryBase | undefined;
  /** A repository of the same registry that this very image was pushed to. */
  readonly pushedTo?: string | undefined;
}

/**
 * For each blob of an image that vox built, the repository of the same host that should hold it already: one that has the image, else what
 * the image says of itself, which is its base and the package in each layer. A guess that is wrong costs a question.
 * @throws {VoxError} what reading content can
 */
export async function layoutMountSources(
  reader: ContentReader,
  root: Descriptor,
  wish: LayoutMountWish,
): Promise<ReadonlyMap<Digest, string>> {
  const { to, pushedTo, signal } = wish;
  const options = signal ? { signal } : {};
  if (pushedTo !== undefined) return new Map((await contentOf(reader, root, options)).map(({ digest }) => [digest, pushedTo]));
  const sources = new Map<Digest, string>();
  for (const descriptor of await manifestsOf(reader, root, options)) {
    if (isIndexType(descriptor.mediaType)) continue;
    const what = `the manifest \`${descriptor.digest}\``;
    const manifest = parseImageManifest(await readContent(reader, descriptor, options), { what });
    for (const [digest, repository] of manifestSources(manifest, wish))
      if (repository !== to.repository) sources.set(digest, repository);
  }
  return sources;
}

/** The topmost layer is the application's, which no package holds. */
function manifestSources({ layers, annotations }: ImageManifest, { to, packages }: LayoutMountWish) {
  const base = baseRepository(annotations?.[ANNOTATION.baseName], to.registry);
  return layers.slice(0, -1).flatMap((layer): readonly (readonly [Digest, string])[] => {
    const titles = layer.annotations?.[ANNOTATION.voxPackages];
    const repository =
      titles === undefined ? base : packages?.host === to.registry ? packageRepository(titles, packages) : undefined;
    return repository === undefined ? [] : [[layer.digest, repository]];
  });
}

/** A layer of several packages was made for the image. */
function packageRepository(titles: string, packages: RegistryBase): string | undefined {
  const [, name = ""] = /^([^@,]+)@[^,]+$/.exec(titles) ?? [];
  return isPackageName(name) ? repositoryUnder(packages, name) : undefined;
}

/** What an image of somebody else's says there need not be a name. */
function baseRepository(name: string | undefined, host: string): string | undefined {
  if (name === undefined) return undefined;
  try {
    const { registry, repository } = parseImageReference(name);
    return registry === host ? repository : undefined;
  } catch (error) {
    if (isVoxError(error, "REFERENCE_INVALID")) return undefined;
    throw error;
  }
}
