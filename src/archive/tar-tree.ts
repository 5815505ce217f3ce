import { sortedByUtf8 } from "../core/text-order.ts";
import { PathSet } from "./package-paths.ts";
import { directoryEntry, type Owner, ROOT, type TarEntry } from "./tar-entry.ts";

export interface TreeOptions {
  /** Ancestors down to this folder are not members: `""`, or a path that ends in `/` and begins each entry's. */
  readonly above: string;
  readonly ownerOf?: (directory: string) => Owner;
}

/** What has a place in a tar: an entry, or what one will be made of. */
type Placed = Pick<TarEntry, "kind" | "path">;

/** The entries and every directory that holds one; a directory among the entries stays as it is. */
export function withParents<E extends Placed>(
  entries: readonly (E | TarEntry)[],
  options: TreeOptions,
): readonly (E | TarEntry)[] {
  const directories = new Map<string, E | TarEntry>();
  for (const entry of entries) {
    if (entry.kind === "directory") directories.set(entry.path, entry);
    for (const path of parentsOf(entry.path, options.above)) {
      if (directories.has(path)) break;
      directories.set(path, directoryEntry(path, options.ownerOf?.(path) ?? ROOT));
    }
  }
  return [...directories.values(), ...entries.filter((entry) => entry.kind !== "directory")];
}

/** From the nearest up to, and without, `above`. */
function* parentsOf(path: string, above: string): Generator<string> {
  let slash = path.lastIndexOf("/", path.length - 2);
  while (slash > 0 && slash >= above.length) {
    yield path.slice(0, slash + 1);
    slash = path.lastIndexOf("/", slash - 1);
  }
}

/**
 * The entries sorted bytewise by full path, as `writeCanonicalTar` wants them.
 * @throws {VoxError} ARCHIVE_PATH when two are one name
 */
export function inArchiveOrder<E extends Placed>(entries: readonly E[]): readonly E[] {
  const paths = new PathSet();
  for (const entry of entries) paths.add(entry.kind === "directory" ? entry.path.slice(0, -1) : entry.path);
  return sortedByUtf8(entries, (entry) => entry.path);
}
