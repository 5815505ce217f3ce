import { VoxError } from "../errors/vox-error.ts";
import { linkStaysInside } from "./link-target.ts";
import { ABOVE_MEMBERS } from "./package-entries.ts";
import { checkPath } from "./package-paths.ts";
import { inArchiveOrder, withParents } from "./tar-tree.ts";
import {
  type ContentFile,
  type ContentLink,
  directoryEntry,
  fileEntry,
  folderEntry,
  type FolderFacts,
  linkEntry,
  type Owner,
  ROOT,
  type TarEntry,
} from "./tar-entry.ts";

export interface ApplicationLayout {
  /** Absolute, such as `/app`. */
  readonly workdir: string;
  /** Directories above `workdir` that an engine would not make again as they are. */
  readonly above?: readonly FolderFacts[];
  /** Directories under `workdir` that belong to `owner`, with the directories in them; made even when nothing is in them. `.` is `workdir` itself. */
  readonly writable: readonly string[];
  readonly owner: Owner;
}

/**
 * The members of the application layer: the files under `workdir`, the writable directories, and the two links that lead
 * to the packages (contracts, §7).
 * @throws {VoxError} ARCHIVE_PATH, or FILE_KIND for a link that leaves `workdir`
 */
export function applicationEntries(
  files: readonly (ContentFile | ContentLink)[],
  layout: ApplicationLayout,
): readonly TarEntry[] {
  const root = rootOf(layout.workdir);
  const writable = layout.writable.map((folder) => writableFolder(root, folder));
  const ownerOf = (directory: string): Owner => (writable.some((folder) => directory.startsWith(folder)) ? layout.owner : ROOT);
  const content = [
    ...(layout.above ?? []).map(folderEntry),
    ...(root === "" ? [] : [directoryEntry(root, ownerOf(root))]),
    ...writable.filter((folder) => folder !== "").map((folder) => directoryEntry(folder, layout.owner)),
    ...files.map((file) => contentEntry(root, file)),
    linkEntry(`${root}.vox_modules`, "/opt/vox/modules"),
  ];
  const links = withParents([linkEntry("opt/vox/node_modules", "modules")], { above: ABOVE_MEMBERS });
  return inArchiveOrder(laidOver(links, withParents(content, { above: root, ownerOf })));
}

/** A `workdir` in `/opt/vox` has that folder as its own: one member for both. */
function laidOver(lower: readonly TarEntry[], upper: readonly TarEntry[]): readonly TarEntry[] {
  const directories = new Set(upper.flatMap((entry) => (entry.kind === "directory" ? [entry.path] : [])));
  return [...lower.filter((entry) => !directories.has(entry.path)), ...upper];
}

function rootOf(workdir: string): string {
  if (!workdir.startsWith("/")) throw new VoxError("ARCHIVE_PATH", `\`${workdir}\` is not an absolute path`);
  const path = workdir.slice(1).replace(/\/$/, "");
  if (path === "") return "";
  checkPath(path);
  return `${path}/`;
}

function writableFolder(root: string, folder: string): string {
  const path = folder.replace(/^\.\//, "").replace(/\/$/, "");
  if (path === "." || path === "") return root;
  checkPath(path);
  return `${root}${path}/`;
}

function contentEntry(root: string, file: ContentFile | ContentLink): TarEntry {
  checkPath(file.path);
  if (file.kind === "file") return fileEntry(root + file.path, file);
  if (linkStaysInside(file.path, file.target)) return linkEntry(root + file.path, file.target);
  throw new VoxError("FILE_KIND", `\`${file.path}\` is a link to \`${file.target}\`, outside the application`);
}
