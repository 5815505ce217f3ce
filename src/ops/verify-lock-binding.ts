import { posix } from "node:path";
import { readBaseImage } from "../container/base-image/read-base-image.ts";
import type { ParsedProvenance } from "../attest/provenance/parse-provenance.ts";
import type { ExpectedPackage } from "../attest/verify/check-layers.ts";
import type { TrustCheck } from "../attest/verify/evidence.ts";
import type { Digest } from "../core/digest.ts";
import type { Platform } from "../core/platform.ts";
import { isVoxError, VoxError } from "../errors/vox-error.ts";
import { ANNOTATION } from "../oci/media-types.ts";
import { type Closure, type ClosurePackage, closureOf } from "../pm/lockfile/closure.ts";
import type { LockedProject, Lockfile } from "../pm/lockfile/lockfile.ts";
import { openBase } from "./lock-base-images.ts";
import type { CachePorts, ImagePorts, RunPorts } from "./ports.ts";
import type { ReadImage, ReadPlatform } from "./read-image.ts";

/** A lock that an image is held against, and the member that the image is of. */
export interface LockBinding {
  readonly lock: Lockfile;
  readonly project: LockedProject;
  readonly closure: Closure;
  /** Absolute; the lock's folder. */
  readonly folder: string;
}

/**
 * The member of the lock that the image names, or that the caller names.
 * @throws {VoxError} LOCK_INVALID, DEPENDENCY_UNKNOWN
 */
export function bindLock(lock: Lockfile, image: ReadImage, folder: string, member: string | undefined): LockBinding {
  const name = member ?? image.index.annotations?.[ANNOTATION.title] ?? "";
  const project =
    lock.projects.find((candidate) => candidate.name === name) ?? (lock.projects.length === 1 ? lock.projects[0] : undefined);
  if (!project)
    throw new VoxError("DEPENDENCY_UNKNOWN", `the lock has no project \`${name}\``, {
      hint: "name the member with `--package NAME`",
    });
  return { lock, project, closure: closureOf(lock, project.path, { dev: false }), folder };
}

/** The closure's digest stands in the index, in each manifest and in each config. */
export function checkLockDigest({ kind, index, platforms }: ReadImage, { closure, project }: LockBinding): TrustCheck {
  const places = [
    ...(kind === "index" ? [["the index", index.annotations?.[ANNOTATION.voxLockDigest]] as const] : []),
    ...platforms.flatMap(({ platform, document, config }) => [
      [`the manifest for ${platform}`, document.annotations?.[ANNOTATION.voxLockDigest]],
      [`the config for ${platform}`, config.config?.Labels?.[ANNOTATION.voxLockDigest]],
    ]),
  ] as const;
  const wrong = places.filter(([, digest]) => digest !== closure.digest);
  const detail =
    wrong.length === 0
      ? `\`${closure.digest}\` is the closure of \`${project.name}\` in the lock`
      : wrong.map(([place, digest]) => `${place} says \`${digest ?? "nothing"}\`, and the lock is \`${closure.digest}\``)[0];
  return { id: "lock", ok: wrong.length === 0, detail: detail ?? "", restsOn: "lock" };
}

/** What each package must be: as the lock says; of a folder's package, which has no digest there, as the provenance says. */
export const packagesOfLock = (
  { closure }: LockBinding,
  platform: Platform,
  provenance: ParsedProvenance | undefined,
): readonly ExpectedPackage[] => closure.packages.map((locked) => expectedPackage(locked, platform, provenance));

/** Without a lock, what the provenance says. */
export function packagesOfProvenance({ dependencies }: ParsedProvenance, platform: Platform): readonly ExpectedPackage[] {
  return [...dependencies].flatMap(([title, { digest, diffId }]): readonly ExpectedPackage[] => {
    const [plain = "", only] = title.split("?platform=");
    const at = plain.lastIndexOf("@");
    if (diffId === undefined || at < 0 || (only !== undefined && only !== platform)) return [];
    return [{ name: plain.slice(0, at), version: plain.slice(at + 1), digest, diffId, by: "provenance" }];
  });
}

function expectedPackage(
  { name, version, source }: ClosurePackage,
  platform: Platform,
  provenance: ParsedProvenance | undefined,
): ExpectedPackage {
  const common = { name, ...(version === undefined ? {} : { version }) };
  switch (source.kind) {
    case "registry": {
      const { archives } = source;
      const archive =
        archives.kind === "neutral" ? archives.archive : archives.archives.find((candidate) => candidate.platform === platform);
      // A package that is not made for the platform cannot be there.
      return archive ? { ...common, digest: archive.digest, diffId: archive.diffId, by: "lock" } : { ...common, by: "lock" };
    }
    case "git":
      return { ...common, diffId: source.diffId, by: "lock" };
    case "path": {
      const told = provenance && packagesOfProvenance(provenance, platform).find((item) => item.name === name);
      return told ?? { ...common, by: "signature" };
    }
  }
}

type BasePorts = Pick<CachePorts, "documents"> & Pick<ImagePorts, "imageRepository" | "imageLayout"> & RunPorts;

/** The base's layers as its own manifest names them; undefined where that is not at hand. */
export interface KnownBase {
  readonly layers: readonly Digest[];
  readonly detail: string;
}

/**
 * What the lock says that the platform was built upon.
 * @throws {VoxError} LOCK_INVALID when the lock pins no such base
 */
export async function lockedBase(
  { document, platform }: ReadPlatform,
  { lock, project, folder }: LockBinding,
  offline: boolean,
  ports: BasePorts,
): Promise<KnownBase | { readonly unknown: string }> {
  const digest = document.annotations?.[ANNOTATION.baseDigest];
  if (digest === undefined) return { layers: [], detail: "`scratch`" };
  const pinned = lock.baseImages.find((base) => base.digest === digest);
  const manifest = pinned?.platforms.find((entry) => entry.platform === platform)?.digest;
  if (!pinned || !manifest) throw new VoxError("LOCK_INVALID", `the lock pins no base \`${digest}\` for ${platform}`);
  const source = {
    documents: ports.documents,
    open: async (base: Parameters<typeof openBase>[0]) => {
      if (offline && base.kind === "registry") throw new VoxError("OFFLINE_UNPROVABLE", "it cannot be asked for offline");
      return openBase(base, posix.join(folder, project.path), ports);
    },
  };
  try {
    const base = await readBaseImage(source, { locked: pinned, platform, manifest, signal: ports.signal });
    return { layers: base.layers.map((layer) => layer.digest), detail: `\`${pinned.reference}\`, manifest \`${manifest}\`` };
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!isVoxError(error)) throw error;
    return { unknown: error.message };
  }
}
