import type { Digest } from "../../core/digest.ts";
import type { Platform } from "../../core/platform.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { ContainerIntent } from "../../project/deploy-intent.ts";
import type { LockedBaseImage } from "../../project/materialized-project.ts";

/** What an image stands on, by locked digests. */
export type PlannedBase = { readonly kind: "scratch" } | ({ readonly kind: "image" } & LockedBaseImage);

/** @throws {VoxError} LOCK_STALE when the lock has no base of that name */
export function plannedBase(intent: Pick<ContainerIntent, "baseImage">, locked: readonly LockedBaseImage[]): PlannedBase {
  if (intent.baseImage === "scratch") return { kind: "scratch" };
  const image = locked.find((entry) => entry.reference === intent.baseImage);
  if (!image) throw new VoxError("LOCK_STALE", `base image \`${intent.baseImage}\` is not in vox.lock`);
  return { kind: "image", reference: image.reference, digest: image.digest, platforms: image.platforms };
}

/**
 * The manifest that the lock names for a platform; `undefined` on scratch.
 * @throws {VoxError} BASE_PLATFORM_MISSING
 */
export function baseManifestDigest(base: PlannedBase, platform: Platform): Digest | undefined {
  if (base.kind === "scratch") return undefined;
  const locked = base.platforms.find((entry) => entry.platform === platform);
  if (locked) return locked.digest;
  const known = base.platforms.map((entry) => `\`${entry.platform}\``).join(", ");
  throw new VoxError(
    "BASE_PLATFORM_MISSING",
    `base image \`${base.reference}\` is not locked for \`${platform}\`, only for ${known || "none"}`,
    { hint: "run `vox lock`" },
  );
}
