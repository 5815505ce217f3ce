import type { Platform } from "../../core/platform.ts";
import { platformFrom } from "../../core/platform.ts";
import { isVoxError, VoxError } from "../../errors/vox-error.ts";
import type { Repository, TransferOptions } from "../../oci/content-store.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { isIndexType, isManifestType } from "../../oci/media-types.ts";
import { parseImageConfig } from "../../oci/parse-config.ts";
import { parseImageIndex, parseImageManifest } from "../../oci/parse-manifest.ts";
import { readContent } from "../../oci/read-content.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";
import { baseTarget, parseStoredBase } from "./base-reference.ts";
import { findPlatform, imagesOf, type PlatformManifest } from "./index-platforms.ts";

export interface ResolveBaseOptions extends TransferOptions {
  /** As written in Vox.toml; not `scratch`. */
  readonly reference: string;
  readonly platforms: readonly Platform[];
}

/**
 * Pins a base for the lock: what its tag names now, and the manifest for each platform that is wanted (contracts, §3 `[[base-image]]`).
 * @throws {VoxError} BASE_IMAGE_UNUSABLE, BASE_PLATFORM_MISSING, CONTENT_MISSING, OCI_INVALID, REFERENCE_INVALID
 */
export async function resolveBaseImage(repository: Repository, options: ResolveBaseOptions): Promise<LockedBaseImage> {
  const { reference } = options;
  const root = await repository.resolve(baseTarget(parseStoredBase(reference)), options).catch(noManifest(reference));
  if (!root)
    throw new VoxError("CONTENT_MISSING", `there is no image \`${reference}\``, {
      hint: "correct `base_image` in [deploy.container]",
    });
  refuseOtherTypes(root, reference);
  const images = await imagesBehind(repository, root, options);
  const platforms = options.platforms.map((platform) => {
    const image = findPlatform(images, platform);
    if (!image) throw platformMissing(reference, platform, images);
    return { platform, digest: image.descriptor.digest };
  });
  return { reference, digest: root.digest, platforms };
}

const USABLE_HINT = "name an OCI image or a Docker image of schema 2";

/** Where the registry does not tell the type, the document itself does: schema 1 is then no manifest at all. */
const noManifest = (reference: string) => (cause: unknown) => {
  if (!isVoxError(cause, "OCI_INVALID")) throw cause;
  throw new VoxError("BASE_IMAGE_UNUSABLE", `base image \`${reference}\` has a manifest that vox cannot read`, {
    hint: USABLE_HINT,
    cause,
  });
};

/** @throws {VoxError} BASE_IMAGE_UNUSABLE for what is neither a manifest nor an index, Docker's schema 1 among them */
export function refuseOtherTypes(descriptor: Descriptor, reference: string): void {
  if (isManifestType(descriptor.mediaType)) return;
  throw new VoxError("BASE_IMAGE_UNUSABLE", `base image \`${reference}\` is of type \`${descriptor.mediaType}\``, {
    hint: USABLE_HINT,
  });
}

async function imagesBehind(repository: Repository, root: Descriptor, options: TransferOptions): Promise<PlatformManifest[]> {
  const bytes = await readContent(repository, root, options);
  const source = { mediaType: root.mediaType, what: `the manifest \`${root.digest}\`` };
  if (isIndexType(root.mediaType)) return imagesOf(parseImageIndex(bytes, source));
  const manifest = parseImageManifest(bytes, source);
  const config = parseImageConfig(await readContent(repository, manifest.config, options), `the config of \`${root.digest}\``);
  return [{ platform: platformFrom(config), descriptor: root }];
}

function platformMissing(reference: string, platform: Platform, images: readonly PlatformManifest[]): VoxError {
  const known = [...new Set(images.map((image) => `\`${image.platform}\``))].sort().join(", ");
  return new VoxError(
    "BASE_PLATFORM_MISSING",
    `base image \`${reference}\` has no \`${platform}\`, only ${known || "no platform at all"}`,
    {
      hint: "take the platform out of `platforms` in [deploy.container], or choose another `base_image`",
    },
  );
}
