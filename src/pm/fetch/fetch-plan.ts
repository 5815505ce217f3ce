import type { PackageName } from "../../core/package-name.ts";
import type { Platform } from "../../core/platform.ts";
import { sortedByUtf8 } from "../../core/text-order.ts";
import { VoxError } from "../../errors/vox-error.ts";
import type { LockedArchive, LockedPackage, LockedSource } from "../lockfile/lockfile.ts";

/** One archive that the lock names, and where it is to be had. */
export interface FetchItem {
  readonly name: PackageName;
  readonly version: string;
  readonly registry: string;
  readonly platform?: Platform;
  readonly archive: LockedArchive;
}

/** Which blobs a set of locked packages needs; each blob once. */
export interface FetchPlan {
  readonly items: readonly FetchItem[];
}

/** What the plan needs to know of a package; a lock's entries and a closure's have it. */
export type FetchablePackage = Pick<LockedPackage, "name" | "version" | "source">;

/**
 * The blobs of registry packages, by name; git and path packages come from elsewhere.
 * With `platforms`, a package that differs by platform gives those archives alone, else all of them.
 * @throws {VoxError} BASE_PLATFORM_MISSING when a package lacks one of the platforms
 */
export function fetchPlan(packages: readonly FetchablePackage[], platforms?: readonly Platform[]): FetchPlan {
  const items = sortedByUtf8(packages, (entry) => entry.name).flatMap((entry) =>
    entry.source.kind === "registry" ? itemsOf(entry, entry.source, platforms) : [],
  );
  return { items: [...new Map(items.map((item) => [item.archive.digest, item])).values()] };
}

type RegistrySource = Extract<LockedSource, { readonly kind: "registry" }>;

function itemsOf(entry: FetchablePackage, source: RegistrySource, platforms?: readonly Platform[]): readonly FetchItem[] {
  const common = { name: entry.name, version: entry.version ?? "", registry: source.registry };
  const { archives } = source;
  if (archives.kind === "neutral") return [{ ...common, archive: archives.archive }];
  const wanted = platforms ?? archives.archives.map((archive) => archive.platform);
  return wanted.map((platform) => {
    const found = archives.archives.find((archive) => archive.platform === platform);
    if (found) return { ...common, platform, archive: found };
    const offered = archives.archives.map((archive) => `\`${archive.platform}\``).join(", ");
    throw new VoxError("BASE_PLATFORM_MISSING", `\`${entry.name}@${common.version}\` is not published for \`${platform}\``, {
      hint: `it is published for ${offered}`,
    });
  });
}
