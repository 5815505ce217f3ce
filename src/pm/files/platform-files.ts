import { type Platform, platformFolder } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";

const OVERLAYS = "platforms/";

/**
 * A package's files for one of its platforms: those of `platforms/<os>-<arch>/` are laid over the rest, and no platform's
 * own folder is in the archive (contracts, §2 `platforms`). `source` keeps where each is read from.
 */
export function filesForPlatform<T extends { readonly path: string }>(
  files: readonly T[],
  platforms: readonly Platform[],
  platform: Platform,
): readonly { readonly path: string; readonly source: T }[] {
  const folders = platforms.map((other) => `${OVERLAYS}${platformFolder(other)}/`);
  const own = `${OVERLAYS}${platformFolder(platform)}/`;
  const common = files.filter((file) => !folders.some((folder) => file.path.startsWith(folder)));
  const byPath = new Map(common.map((source) => [source.path, { path: source.path, source }]));
  for (const source of files) {
    if (!source.path.startsWith(own)) continue;
    const path = source.path.slice(own.length);
    byPath.set(path, { path, source });
  }
  return sortedByUtf8(byPath.values(), (file) => file.path);
}
