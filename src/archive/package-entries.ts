import type { PackageName } from "../core/package-name.ts";
import { checkPath } from "./package-paths.ts";
import { inArchiveOrder, withParents } from "./tar-tree.ts";
import { type ContentFile, directoryEntry, fileEntry, type TarEntry } from "./tar-entry.ts";

/** The one real directory that all packages lie under, in an archive and in an image (contracts, §1). */
export const MODULES_FOLDER = "opt/vox/modules/";

/** `opt/` is not a member: a base image may have made it a link. */
export const ABOVE_MEMBERS = "opt/";

/** Where a package's content begins in its archive. */
export const packageFolder = (name: PackageName): string => `${MODULES_FOLDER}${name}/`;

export interface PackageContent {
  readonly name: PackageName;
  readonly files: readonly ContentFile[];
}

/**
 * The members of a package's archive, for `writeCanonicalTar` (contracts, §4).
 * @throws {VoxError} ARCHIVE_PATH
 */
export const packageEntries = (name: PackageName, files: readonly ContentFile[]): readonly TarEntry[] =>
  bucketEntries([{ name, files }]);

/**
 * The members of a layer that holds several packages (contracts, §7 "Layers").
 * @throws {VoxError} ARCHIVE_PATH
 */
export function bucketEntries(packages: readonly PackageContent[]): readonly TarEntry[] {
  const members = packages.flatMap((content) => [directoryEntry(packageFolder(content.name)), ...contentEntries(content)]);
  return inArchiveOrder(withParents(members, { above: ABOVE_MEMBERS }));
}

function contentEntries({ name, files }: PackageContent): readonly TarEntry[] {
  return files.map((file) => {
    checkPath(file.path);
    return fileEntry(packageFolder(name) + file.path, file);
  });
}
