import type { ContainerTable } from "../../contracts/vox-toml-deploy.ts";
import type { Platform } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { dockerfileImages } from "../../oci/dockerfile-images.ts";
import { sameImage } from "../../oci/reference.ts";
import { buildArguments, environmentNames, mergeEnvironment } from "./deploy-environment.ts";
import { platformsOf } from "./deploy-intent.ts";
import type { Workspace } from "./workspace.ts";
import type { WorkspaceMember } from "./workspace-member.ts";

/** A base image that vox.lock pins, for all platforms that some environment asks of it (contracts, §3). */
export interface BaseImageRequest {
  /** As written in Vox.toml, or in a Dockerfile that it names. */
  readonly reference: string;
  /** Sorted. */
  readonly platforms: readonly Platform[];
  /** Folders of the members that use it, relative to the root: what the path of an image layout is relative to. */
  readonly folders: readonly string[];
}

/**
 * Every base image used by any environment of any member, by reference; none for `scratch` and for members that are not deployed.
 * @throws {VoxError} DEPLOY_UNSUPPORTED for a Dockerfile that names images in a way that no lock can pin
 */
export function baseImageRequests({ members }: Pick<Workspace, "members">): BaseImageRequest[] {
  const asked = new Map<string, { readonly platforms: Set<Platform>; readonly folders: Set<string> }>();
  for (const member of members) {
    if (!member.manifest.deploy) continue;
    for (const environment of environmentNames(member.manifest.deploy)) {
      const { container } = mergeEnvironment(member.manifest.deploy, environment);
      for (const reference of imagesOf(container, member)) {
        const request = asked.get(reference) ?? { platforms: new Set(), folders: new Set() };
        for (const platform of platformsOf(container)) request.platforms.add(platform);
        asked.set(reference, { ...request, folders: request.folders.add(member.path) });
      }
    }
  }
  const requests = [...asked].map(([reference, { platforms, folders }]) => ({
    reference,
    platforms: [...platforms].sort(),
    folders: sortedByUtf8(folders, (folder) => folder),
  }));
  return sortedByUtf8(requests, ({ reference }) => reference);
}

/** The base, then what the Dockerfile names besides. */
function imagesOf(container: ContainerTable, { dockerfiles }: WorkspaceMember): readonly string[] {
  const base = container.base_image?.trim() ?? "";
  const own = base === "" || base === "scratch" ? [] : [base];
  const text = dockerfiles?.get(container.dockerfile ?? "");
  if (text === undefined) return own;
  const { images } = dockerfileImages(text, { BASE_IMAGE: base, ...buildArguments(container) });
  return [...own, ...images.map(({ reference }) => reference).filter((reference) => !sameImage(reference, base))];
}
