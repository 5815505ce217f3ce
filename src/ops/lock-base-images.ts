import { posix, resolve } from "node:path";
import { parseStoredBase, type StoredBaseReference } from "../container/base-image/base-reference.ts";
import { resolveBaseImage } from "../container/base-image/resolve-base-image.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { VoxError } from "../errors/vox-error.ts";
import type { Repository } from "../oci/content-store.ts";
import type { BaseImageRequest } from "../pm/manifest/base-image-requests.ts";
import type { LockedBaseImage } from "../project/materialized-project.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { ImagePorts, RunPorts } from "./ports.ts";

const BASES_AT_ONCE = 4;

type BasePorts = Pick<ImagePorts, "imageRepository" | "imageLayout">;

/**
 * Pins every base image that any environment of any member uses; what is locked for all its platforms stays as it is.
 * @throws {VoxError} CONTENT_MISSING, BASE_PLATFORM_MISSING, BASE_IMAGE_UNUSABLE, OFFLINE_UNPROVABLE
 */
export function lockBaseImages(
  project: OpenProject,
  locked: readonly LockedBaseImage[],
  hold: LockHold,
  ports: BasePorts & RunPorts,
): Promise<readonly LockedBaseImage[]> {
  return mapConcurrent(project.desired.baseImages, BASES_AT_ONCE, async (request) => {
    const kept = keptImage(request, locked);
    if (kept) return kept;
    const base = parseStoredBase(request.reference);
    if (hold.offline && base.kind === "registry") {
      throw new VoxError("OFFLINE_UNPROVABLE", `what \`${request.reference}\` names cannot be asked offline`);
    }
    const repository = openBase(base, resolve(project.rootDir, oneFolder(base, request)), ports);
    return resolveBaseImage(repository, { ...request, signal: ports.signal });
  });
}

/** One reference is one line of the lock, so a layout that members name relative to themselves must be one layout. */
function oneFolder(base: StoredBaseReference, { reference, folders }: BaseImageRequest): string {
  const [folder = ".", ...others] = folders;
  if (base.kind === "registry") return folder;
  const other = others.find((path) => posix.join(path, base.dir) !== posix.join(folder, base.dir));
  if (other === undefined) return folder;
  throw new VoxError("WORKSPACE_INVALID", `\`${reference}\` is one layout for \`${folder}\` and another for \`${other}\``, {
    hint: "give the two layouts different tags or folder names",
  });
}

/** A layout's folder is relative to where the base image is declared. */
export const openBase = (base: StoredBaseReference, folder: string, ports: BasePorts): Repository =>
  base.kind === "layout" ? ports.imageLayout(resolve(folder, base.dir)) : ports.imageRepository(base.reference);

function keptImage(request: BaseImageRequest, locked: readonly LockedBaseImage[]): LockedBaseImage | undefined {
  const found = locked.find(({ reference }) => reference === request.reference);
  const platforms = request.platforms.map((platform) => found?.platforms.find((entry) => entry.platform === platform));
  const complete = platforms.filter((entry) => entry !== undefined);
  return found && complete.length === platforms.length ? { ...found, platforms: complete } : undefined;
}
