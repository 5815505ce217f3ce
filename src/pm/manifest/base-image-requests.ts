import type { Platform } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { environmentNames, mergeEnvironment } from "./deploy-environment.ts";
import { platformsOf } from "./deploy-intent.ts";
import type { Workspace } from "./workspace.ts";

/** A base image that vox.lock pins, for all platforms that some environment asks of it (contracts, §3). */
export interface BaseImageRequest {
  /** As written in Vox.toml. */
  readonly reference: string;
  /** Sorted. */
  readonly platforms: readonly Platform[];
  /** Folders of the members that use it, relative to the root: what the path of an image layout is relative to. */
  readonly folders: readonly string[];
}

/** Every base image used by any environment of any member, by reference; none for `scratch` and for members that are not deployed. */
export function baseImageRequests({ members }: Pick<Workspace, "members">): BaseImageRequest[] {
  const asked = new Map<string, { readonly platforms: Set<Platform>; readonly folders: Set<string> }>();
  for (const { manifest, path } of members) {
    if (!manifest.deploy) continue;
    for (const environment of environmentNames(manifest.deploy)) {
      const { container } = mergeEnvironment(manifest.deploy, environment);
      const reference = container.base_image?.trim() ?? "";
      if (reference === "" || reference === "scratch") continue;
      const request = asked.get(reference) ?? { platforms: new Set(), folders: new Set() };
      for (const platform of platformsOf(container)) request.platforms.add(platform);
      asked.set(reference, { ...request, folders: request.folders.add(path) });
    }
  }
  const requests = [...asked].map(([reference, { platforms, folders }]) => ({
    reference,
    platforms: [...platforms].sort(),
    folders: sortedByUtf8(folders, (folder) => folder),
  }));
  return sortedByUtf8(requests, ({ reference }) => reference);
}
