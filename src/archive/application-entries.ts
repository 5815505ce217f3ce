import { compareUtf8 } from "../core/text-order.ts";
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

/** What the content of a member is asked for with. */
type NamedFile = Pick<ContentFile, "kind" | "path"> | ContentLink;

/**
 * The members of the application layer: the files under `workdir`, the writable directories, and the two links that lead
 * to the packages (contracts, §7). An entry of a file is made when its turn comes, as a hundred thousand of them would be many megabytes.
 * @param contentOf asked for each file as the members are gone through
 * @throws {VoxError} ARCHIVE_PATH, or FILE_KIND for a link that leaves `workdir`
 */
export function applicationEntries<F extends NamedFile>(
  files: readonly F[],
  layout: ApplicationLayout,
  contentOf: (file: F) => ContentFile | ContentLink,
): Iterable<TarEntry> {
  const root = rootOf(layout.workdir);
  const { above = [], owner } = layout;
  const writable = layout.writable.map((folder) => writableFolder(root, folder));
  const ownerOf = (path: string): Owner => (writable.some((folder) => path.startsWith(folder)) ? owner : ROOT);
  const links = withParents<TarEntry>([linkEntry("opt/vox/node_modules", "modules")], { above: ABOVE_MEMBERS });
  const isWithin = ({ path }: TarEntry): boolean => path.length > root.length && path.startsWith(root);
  for (const file of files) checkFile(file);
  const content = [
    ...writable.filter((folder) => folder !== root).map((folder) => directoryEntry(folder.slice(root.length), owner)),
    ...files,
    linkEntry(".vox_modules", "/opt/vox/modules"),
  ];
  const within = laidOver(
    links.filter(isWithin).map((entry) => ({ ...entry, path: entry.path.slice(root.length) })),
    withParents<F>(content, { above: "", ownerOf: (path) => ownerOf(root + path) }),
  );
  const around = laidOver(
    links.filter((entry) => !isWithin(entry)),
    [...above.map(folderEntry), ...(root === "" ? [] : [directoryEntry(root, ownerOf(root))])],
  );
  return entriesOf({ root, around: inArchiveOrder(around), within: inArchiveOrder(within), contentOf });
}

interface PlacedMembers<F> {
  /** A path that ends in `/`, or nothing. */
  readonly root: string;
  readonly around: readonly TarEntry[];
  /** With paths from `root` on. */
  readonly within: readonly (F | TarEntry)[];
  readonly contentOf: (file: F) => ContentFile | ContentLink;
}

function* entriesOf<F extends NamedFile>({ root, around, within, contentOf }: PlacedMembers<F>): Generator<TarEntry> {
  const isBefore = ({ path }: TarEntry): boolean => compareUtf8(path, root) <= 0;
  yield* around.filter(isBefore);
  for (const item of within) {
    const path = root + item.path;
    if ("owner" in item) yield { ...item, path };
    else yield contentEntry(path, contentOf(item));
  }
  yield* around.filter((entry) => !isBefore(entry));
}

/** A `workdir` in `/opt/vox` has that folder as its own: one member for both. */
function laidOver<E extends Pick<TarEntry, "kind" | "path">>(
  lower: readonly TarEntry[],
  upper: readonly (E | TarEntry)[],
): readonly (E | TarEntry)[] {
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

function checkFile(file: NamedFile): void {
  checkPath(file.path);
  if (file.kind === "file" || linkStaysInside(file.path, file.target)) return;
  throw new VoxError("FILE_KIND", `\`${file.path}\` is a link to \`${file.target}\`, outside the application`);
}

const contentEntry = (path: string, content: ContentFile | ContentLink): TarEntry =>
  content.kind === "file" ? fileEntry(path, content) : linkEntry(path, content.target);
